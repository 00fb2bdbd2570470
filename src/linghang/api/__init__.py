"""The use cases over HTTP: `/api/v1`, described by OpenAPI, for programs of the plant and for the console."""
