def gallery_context(request):
    return {}
