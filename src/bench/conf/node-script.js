// The script of 2011 in the same shape: a server's address off the front of a list, a GET of it by the
// library "request" with a bounded number of sockets, its body as the answer; a process for each worker on
// one port, by Node's own cluster module where multi-node no longer runs. It adds no headers and keeps no
// connection to a server.
const cluster = require('cluster');
const http = require('http');
const request = require('request');

const WORKERS = @WORKERS@;
const servers = [@BACKENDS@];
const pool = { maxSockets: @SOCKETS@ };

if (WORKERS > 1 && cluster.isPrimary) {
  for (let i = 0; i < WORKERS; i++) cluster.fork();
} else {
  const server = http.createServer((incoming, outgoing) => {
    const target = servers.shift();
    servers.push(target);
    request.get({ uri: target + incoming.url, pool }, (error, answer, body) => {
      outgoing.writeHead(error ? 502 : answer.statusCode);
      outgoing.end(error ? error.message : body);
    });
  });
  server.keepAliveTimeout = 3600 * 1000;
  server.listen({ host: '127.0.0.1', port: @PORT@, backlog: 4096 });
}
