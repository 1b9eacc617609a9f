"""The only writers of panels: the panel and its dates, requests and who reads them, offers and answers."""
