// node http-proxy: a process for each worker, an agent that keeps every connection, no log.
const cluster = require('cluster');
const http = require('http');
const httpProxy = require('http-proxy');

const WORKERS = @WORKERS@;

if (WORKERS > 1 && cluster.isPrimary) {
  for (let i = 0; i < WORKERS; i++) cluster.fork();
} else {
  const proxy = httpProxy.createProxyServer({
    target: 'http://127.0.0.1:@ORIGIN_PORT@',
    agent: new http.Agent({ keepAlive: true, maxFreeSockets: 8192 }),
    xfwd: true,
  });
  proxy.on('proxyReq', (request) => request.setHeader('Via', '1.1 http-proxy'));
  proxy.on('proxyRes', (response) => { response.headers.via = '1.1 http-proxy'; });
  proxy.on('error', (error, request, response) => response.writeHead(502).end(error.message));

  const server = http.createServer((request, response) => proxy.web(request, response));
  server.keepAliveTimeout = 3600 * 1000;
  server.listen({ host: '127.0.0.1', port: @PORT@, backlog: 4096 });
}
