import { Worker } from 'node:worker_threads';
import pLimit from 'p-limit';
import { refuse } from '../../kernel/result.js';
import { readDocuments, type ReadOutcome, type ReadTask } from './manifest.worker.js';

/** Manifests of more bytes than this are read in a thread of their own. */
const INLINE_BYTES = 16 * 1024;
/** How long reading one may take, in milliseconds, and how much memory, in MiB. */
const READ_TIMEOUT_MS = 5_000;
const READ_MEMORY_MB = 512;
/** Threads that read at the same time. */
const READERS = 2;

const inTurn = pLimit(READERS);

/** The worker's file beside this one: compiled, or the source where sources are run as they are. */
const WORKER = new URL(
  import.meta.url.endsWith('.ts') ? './manifest.worker.ts' : './manifest.worker.js',
  import.meta.url,
);

/** Reads a manifest without keeping others waiting. Refuses LIMIT_EXCEEDED when that takes too long. */
export async function readManifest(task: ReadTask): Promise<ReadOutcome> {
  if (Buffer.byteLength(task.manifest) <= INLINE_BYTES) return readDocuments(task);
  return inTurn(() => readInThread(task));
}

async function readInThread(task: ReadTask): Promise<ReadOutcome> {
  // The process's own flags are none of the worker's business.
  const resourceLimits = { maxOldGenerationSizeMb: READ_MEMORY_MB };
  const worker = new Worker(WORKER, { workerData: task, execArgv: [], resourceLimits });
  let timer: NodeJS.Timeout | undefined;
  try {
    return await new Promise<ReadOutcome>((resolve, reject) => {
      timer = setTimeout(() => reject(new OutOfBounds()), READ_TIMEOUT_MS);
      worker.once('message', resolve);
      worker.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? new OutOfBounds() : error),
      );
      worker.once('exit', (code) => reject(new Error(`the manifest reader ended with ${code}`)));
    });
  } catch (error) {
    if (!(error instanceof OutOfBounds)) throw error;
    return refuse('LIMIT_EXCEEDED', 'Reading the manifest takes too much time or memory. Make it smaller.', {
      path: ['input', 'yaml'],
    });
  } finally {
    clearTimeout(timer);
    await worker.terminate();
  }
}

class OutOfBounds extends Error {}
