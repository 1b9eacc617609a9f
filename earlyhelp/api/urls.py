"""Pages about keys. The API's own addresses are in each application's `api`."""

from django.urls import path

from earlyhelp.api import views

urlpatterns = [
    path("account/keys/", views.own_keys, name="api-keys"),
    path("account/keys/new/", views.new_key, name="api-key-new"),
    path("account/keys/<int:pk>/revoke/", views.revoke_own_key, name="api-key-revoke"),
    path("accounts/keys/", views.all_keys, name="api-keys-all"),
    path("accounts/keys/<int:pk>/revoke/", views.revoke_key_for, name="api-key-revoke-for"),
]
