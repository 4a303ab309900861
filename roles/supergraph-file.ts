import type { SupergraphManager } from '@apollo/gateway';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Log } from '../kernel/log.js';

/** Milliseconds between two checks of the file for changes. */
const INTERVAL = 1000;

/** The supergraph SDL of a file, read again whenever the file changes, and on SIGHUP. */
export function supergraphFileManager(file: string, log: Log): SupergraphManager {
  return {
    initialize: async ({ update }) => {
      const supergraphSdl = await readFile(file, 'utf8');
      const read = () => {
        readFile(file, 'utf8').then(update, (err: unknown) =>
          log.error({ err, file }, 'the supergraph file cannot be read; keeping the current supergraph'),
        );
      };
      watchFile(file, { interval: INTERVAL, persistent: false }, read);
      process.on('SIGHUP', read);
      const cleanup = async () => {
        unwatchFile(file, read);
        process.off('SIGHUP', read);
        await Promise.resolve();
      };
      return { supergraphSdl, cleanup };
    },
  };
}
