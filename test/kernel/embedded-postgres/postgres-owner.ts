/** A process that owns an embedded PostgreSQL until it is killed. The line that it prints is the pid of the server. */
import { startEmbeddedPostgres } from '../../../kernel/embedded-postgres/embedded-postgres.js';
import { createLog } from '../../../kernel/log.js';

const [directory = '', password = ''] = process.argv.slice(2);
const server = await startEmbeddedPostgres({
  directory,
  password,
  log: createLog('warn'),
  durable: false,
});
process.stdout.write(`${server.pid}\n`);
