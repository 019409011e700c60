from django.urls import path

from dashboard import views

urlpatterns = [
    path("", views.index, name="dashboard"),
    path("api/current", views.current, name="current"),
    path("api/history/<str:hours>", views.history, name="history"),
    path("healthz", views.health, name="health"),
]
