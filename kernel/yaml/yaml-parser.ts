import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { AbortedError } from '../aborted-error.js';
import { FairQueue, QueueFullError } from '../fairness/fair-queue.js';
import { workerFile } from '../process/worker-file.js';
import type { YamlLimits, YamlOutcome, YamlTask } from './yaml-worker.js';

export interface YamlParserOptions {
  /** Threads that parse at the same time. Default 2. */
  readonly threads?: number;
  /** Texts of one flow that are parsed at the same time. Default 1: a core is left to everything else. */
  readonly perFlow?: number;
  /** Texts of one flow that wait at the most. Default 100. */
  readonly waiting?: number;
  /** Milliseconds that parsing one text may take. Default 5,000. */
  readonly timeoutMs?: number;
  /** Mebibytes of memory that parsing one text may take. Default 512. */
  readonly memoryMb?: number;
}

/** For whom a text is parsed. */
export interface YamlCaller {
  /** Texts of one flow, e.g. of one account, wait for each other; flows take turns. */
  readonly flow: string;
  /** Aborts when nobody waits for the outcome any more. */
  readonly signal?: AbortSignal | undefined;
}

/** The outcome, or which bound of the parser was exceeded. */
export type ParsedYaml = YamlOutcome | { readonly exceeded: 'time' | 'memory' | 'queue' };

/** Milliseconds after which a thread without work ends. */
const IDLE_MS = 60_000;
/**
 * By how much the threads' priority is below that of the event loop (`nice`): parsing takes the time that nothing else
 * needs. Linux gives a thread with 10 more a tenth of the time of the others, where all want more than there is.
 */
const NICE = 10;

/**
 * Parses YAML of users in threads, so that nothing else waits for it: fair between flows, each with a bounded queue, each
 * text with a bound of time and memory. A thread that exceeds its bound ends; another one takes its place.
 */
export class YamlParser {
  private readonly queue: FairQueue;
  private readonly timeoutMs: number;
  private readonly threads: Piscina<YamlTask, YamlOutcome>;

  constructor({
    threads = 2,
    perFlow = 1,
    waiting = 100,
    timeoutMs = 5_000,
    memoryMb = 512,
  }: YamlParserOptions = {}) {
    this.queue = new FairQueue({ perFlow, maxWaiting: waiting, total: threads });
    this.timeoutMs = timeoutMs;
    this.threads = new Piscina({
      filename: fileURLToPath(workerFile('yaml-worker', import.meta.url)),
      name: 'parseYaml',
      minThreads: 0,
      maxThreads: threads,
      idleTimeout: IDLE_MS,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
      // The process's own flags are none of the worker's business.
      execArgv: [],
      niceIncrement: NICE,
      recordTiming: false,
    });
  }

  /** Parses every document of a text. Throws Abandoned when the caller's signal aborts. */
  async parse(text: string, limits: YamlLimits, { flow, signal }: YamlCaller): Promise<ParsedYaml> {
    try {
      const parsed = await this.queue.run(flow, () => this.inThread({ text, limits }, signal), signal);
      if (parsed) return parsed;
    } catch (error) {
      if (error instanceof QueueFullError) return { exceeded: 'queue' };
      throw error;
    }
    throw new AbortedError();
  }

  private async inThread(task: YamlTask, signal: AbortSignal | undefined): Promise<ParsedYaml> {
    const late = AbortSignal.timeout(this.timeoutMs);
    try {
      return await this.threads.run(task, { signal: signal ? AbortSignal.any([signal, late]) : late });
    } catch (error) {
      if (signal?.aborted) throw new AbortedError();
      if (late.aborted) return { exceeded: 'time' };
      if ((error as NodeJS.ErrnoException).code === 'ERR_WORKER_OUT_OF_MEMORY') return { exceeded: 'memory' };
      throw error;
    }
  }
}

let shared: YamlParser | undefined;

/** The parser of this process; its threads start with the first text. */
export function yamlParser(): YamlParser {
  return (shared ??= new YamlParser());
}
