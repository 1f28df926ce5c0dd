// Shows the description of the admin API, which the proxy gives at v3/api-docs. By a whole address: that of the page may hold a name and a
// password, which a request must not.

const url = new URL('v3/api-docs', location.origin + location.pathname).href;
window.SwaggerUIBundle({ url, dom_id: '#swagger-ui', deepLinking: true });
