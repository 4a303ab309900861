/** Listens on a free port of the loopback interface, prints `ready <url>`, and exits on SIGTERM. */
export function announce(server, path = '/graphql') {
  server.listen(0, '127.0.0.1', () => {
    console.log(`ready http://127.0.0.1:${server.address().port}${path}`);
  });
  process.once('SIGTERM', () => process.exit(0));
}
