// Shows the description of the admin API, which the proxy gives at v3/api-docs. By whole addresses: that of the page may hold a name and a
// password, which a request must not.

const here = location.origin + location.pathname;
const spec = await (await fetch(new URL('v3/api-docs', here))).json();
// the proxy may be below a path of its own, which the description does not know
spec.servers = [{ url: new URL('.', here).href.replace(/\/$/, '') }];
window.SwaggerUIBundle({ spec, dom_id: '#swagger-ui', deepLinking: true });
