import { watchFile, unwatchFile } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Gateway } from '../gateway/server.js';
import type { Log } from '../kernel/log.js';

/** Milliseconds between two looks at the file. */
const INTERVAL = 1000;

/**
 * Makes a gateway serve what its supergraph file says whenever it changes, and on SIGHUP. A file that is no supergraph
 * is logged, and changes nothing. Answers how to stop.
 */
function reloadOnChange(file: string, gateway: Gateway, log: Log): () => void {
  let last: string | undefined;
  const reload = async () => {
    try {
      const sdl = await readFile(file, 'utf8');
      if (sdl === last) return;
      await gateway.reload(sdl);
      last = sdl;
    } catch (err) {
      log.error({ err, file }, 'the supergraph could not be reloaded; the last one goes on');
    }
  };
  const onChange = () => void reload();
  watchFile(file, { interval: INTERVAL, persistent: false }, onChange);
  process.on('SIGHUP', onChange);
  return () => {
    unwatchFile(file, onChange);
    process.off('SIGHUP', onChange);
  };
}

/** The gateway with its file being watched until it is closed. */
export function reloading(gateway: Gateway, file: string, log: Log): Gateway {
  const stop = reloadOnChange(file, gateway, log);
  return {
    ...gateway,
    [Symbol.asyncDispose]: () => {
      stop();
      return gateway[Symbol.asyncDispose]();
    },
  };
}
