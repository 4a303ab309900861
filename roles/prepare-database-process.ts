/** Prepares a database on a message of the parent process, whose program it is. */
import type { Preparation, PreparationResult } from './prepare-database-in-process.js';
import { prepareDatabase } from './prepare-database.js';

// A terminal sends them to the parent process, too, which handles them after its start.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => undefined);

process.once('message', ({ url, options }: Preparation) => {
  const respond = (result: PreparationResult) =>
    process.send?.(result, undefined, undefined, () => process.exit());
  prepareDatabase(url, options).then(
    () => respond({}),
    (error: unknown) => respond({ error: error instanceof Error ? error.message : String(error) }),
  );
});
