// Shows the description of the admin API, which the proxy gives at v3/api-docs.

window.SwaggerUIBundle({ url: 'v3/api-docs', dom_id: '#swagger-ui', deepLinking: true });
