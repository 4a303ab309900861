import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import { AbortedError } from '../aborted-error.js';
import { FairQueue, QueueFullError } from '../fairness/fair-queue.js';
import { workerFile } from '../process/worker-file.js';
import type { YamlLimits, YamlOutcome, YamlTask } from './yaml-worker.js';

export interface YamlParserOptions {
  /** Maximum number of threads. Default 2. */
  readonly threads?: number;
  /** Maximum number of texts of one flow that are parsed concurrently. Default 1, which leaves a core to other work. */
  readonly perFlow?: number;
  /** Maximum number of waiting texts of one flow. Default 100. */
  readonly waiting?: number;
  /**
   * Timeout of one text in milliseconds. Default 20,000: on busy cores the thread gets a tenth of the time of others, and a small text
   * must not fail for it.
   */
  readonly timeoutMs?: number;
  /** Memory limit of one text in mebibytes. Default 512. */
  readonly memoryMb?: number;
}

/** The caller for which a text is parsed, and how. */
export interface YamlCaller extends Pick<YamlTask, 'duplicateKeys'> {
  /** Flow in the queue, e.g. the account. */
  readonly flow: string;
  /** Aborts the parsing. */
  readonly signal?: AbortSignal | undefined;
}

/** The outcome, or the exceeded limit of the parser. */
export type ParsedYaml = YamlOutcome | { readonly exceeded: 'time' | 'memory' | 'queue' };

/** Milliseconds after which an idle thread ends. */
const IDLE_MS = 60_000;
/**
 * Increment of the threads' niceness: on busy cores Linux gives a thread with 10 more about a tenth of the CPU time of the
 * event loop.
 */
const NICE = 10;

/**
 * Parses YAML of users in threads, so that it does not block the event loop: fair between flows, each with a bounded queue,
 * each text with limits of time and memory. A thread that exceeds a limit is terminated and replaced.
 */
export class YamlParser {
  private readonly queue: FairQueue;
  private readonly timeoutMs: number;
  private readonly threads: Piscina<YamlTask, YamlOutcome>;

  constructor({
    threads = 2,
    perFlow = 1,
    waiting = 100,
    timeoutMs = 20_000,
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
      // The worker does not inherit the flags of the process.
      execArgv: [],
      niceIncrement: NICE,
      recordTiming: false,
    });
  }

  /** Parses every document of a text. Throws AbortedError if the caller's signal aborts. */
  async parse(
    text: string,
    limits: YamlLimits,
    { flow, signal, duplicateKeys }: YamlCaller,
  ): Promise<ParsedYaml> {
    try {
      const parsed = await this.queue.run(
        flow,
        () => this.inThread({ text, limits, duplicateKeys }, signal),
        signal,
      );
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
