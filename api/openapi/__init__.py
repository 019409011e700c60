"""The schema of `/api/`, as OpenAPI 3.1. Imported when somebody asks for it: it takes 5 MB."""
