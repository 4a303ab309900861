import type { ServerResponse } from 'node:http';
import { FairQueue, QueueFullError, type Release } from '../../../kernel/fairness/fair-queue.js';
import type { ApiAnswer, ApiCall } from './call.js';

/** Requests of one flow that are answered at once, and that wait; as `queueLengthLimit` of a priority level. */
const AT_ONCE = 8;
const WAITING = 400;
/** Who asks on behalf of the platform: reconcilers must not wait for what people of the account send. */
const PLATFORM_SUBJECT = 'fleetgraph';

/** What decides in whose queue a request waits. */
export interface Flow {
  /** Whose cluster it is. */
  readonly account: string;
  /** Who asks. */
  readonly subject: string;
}

/** Whether the platform asks on behalf of the account. */
export function isPlatform({ subject }: Flow): boolean {
  return subject === PLATFORM_SUBJECT;
}

/**
 * Priority and fairness between those who ask the API servers of a simulation, which all run in one process: requests of
 * one account wait for each other in a queue of their own, accounts take turns, and a queue that is full answers 429 with
 * Retry-After. Watches and followed logs hold a place until they have begun, as they do in Kubernetes.
 */
export class FlowControl {
  private readonly queue = new FairQueue({ perFlow: AT_ONCE, maxWaiting: WAITING });

  /**
   * Answers a call in its flow's turn, and counts it until the client has taken the answer or left. Undefined when the
   * answer is streamed, or the client left before its turn. Throws ApiError 429.
   */
  async answer(
    call: ApiCall,
    { account, subject }: Flow,
    dispatch: (call: ApiCall) => Promise<ApiAnswer | undefined>,
  ): Promise<ApiAnswer | undefined> {
    const release = await this.enter(
      call,
      `${account} ${isPlatform({ account, subject }) ? 'platform' : 'people'}`,
    );
    if (!release) return undefined;
    let answer: ApiAnswer | undefined;
    try {
      answer = await dispatch(call);
      return answer;
    } finally {
      if (answer) onceClosed(call.response, release);
      else release();
    }
  }

  private async enter({ listRate, left }: ApiCall, flow: string): Promise<Release | undefined> {
    try {
      return await this.queue.enter(flow, left);
    } catch (error) {
      if (error instanceof QueueFullError) throw listRate.refuse(1);
      throw error;
    }
  }
}

function onceClosed(response: ServerResponse, release: Release): void {
  if (response.closed) release();
  else response.once('close', release);
}
