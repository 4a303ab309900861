import type { ServerResponse } from 'node:http';
import { FairQueue, QueueFullError, type Release } from '../../../kernel/fairness/fair-queue.js';
import type { ApiResponse, ApiCall } from './call.js';
import { enterPriority } from './priority-levels.js';

/** Maximum numbers of running and of waiting requests of a flow; as `queueLengthLimit` of a priority level. */
const MAX_RUNNING = 8;
const MAX_WAITING = 400;
/** Subject of the platform's requests: reconcilers must not wait for requests of users. */
const PLATFORM_SUBJECT = 'fleetgraph';

/** Determines the queue of a request. */
export interface Flow {
  /** Account of the cluster. */
  readonly account: string;
  /** Subject of the credential. */
  readonly subject: string;
}

/** Whether the platform sends the request on behalf of the account. */
export function isPlatform({ subject }: Flow): boolean {
  return subject === PLATFORM_SUBJECT;
}

/**
 * API priority and fairness between the clients of a simulation's API servers, which share one process: each account
 * has a queue, accounts are served in rotation, and a full queue rejects requests with 429 and Retry-After. Watches
 * and followed logs occupy a slot until they have started, as in Kubernetes.
 */
export class FlowControl {
  private readonly queue = new FairQueue({ perFlow: MAX_RUNNING, maxWaiting: MAX_WAITING });

  /**
   * Handles a call when its flow is served; its slot is occupied until the response is sent or the client
   * disconnects. undefined if the response is streamed or the client disconnected while waiting. Throws ApiError 429.
   */
  async handleCall(
    call: ApiCall,
    { account, subject }: Flow,
    dispatch: (call: ApiCall) => Promise<ApiResponse | undefined>,
  ): Promise<ApiResponse | undefined> {
    const release = await this.enterBoth(call, { account, subject });
    if (!release) return undefined;
    let response: ApiResponse | undefined;
    try {
      response = await dispatch(call);
      return response;
    } finally {
      if (response) onceClosed(call.response, release);
      else release();
    }
  }

  /** Takes a seat of the priority of the request, and a slot of the account; the platform's requests need no seat. */
  private async enterBoth(call: ApiCall, flow: Flow): Promise<Release | undefined> {
    if (isPlatform(flow)) return this.enter(call, `${flow.account} platform`);
    const leave = await enterPriority(call);
    if (!leave) return undefined;
    try {
      const release = await this.enter(call, `${flow.account} users`);
      if (!release) leave();
      return release && both(leave, release);
    } catch (error) {
      leave();
      throw error;
    }
  }

  private async enter({ listRate, abortSignal }: ApiCall, flow: string): Promise<Release | undefined> {
    try {
      return await this.queue.enter(flow, abortSignal);
    } catch (error) {
      if (error instanceof QueueFullError) throw listRate.reject(1);
      throw error;
    }
  }
}

function both(first: Release, second: Release): Release {
  return () => {
    first();
    second();
  };
}

function onceClosed(response: ServerResponse, release: Release): void {
  if (response.closed) release();
  else response.once('close', release);
}
