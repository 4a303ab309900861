import type { Pod } from '../kubernetes/kinds/core.js';
import { hasEnded } from '../kubernetes/kinds/pods.js';
import { containerStatus } from './pod-status.js';

/** An open stream to a pod or to an instance of one of its containers. */
interface Session {
  readonly container: { readonly name: string; readonly restartCount: number } | undefined;
  readonly end: AbortController;
}

/** The open streams of exec, attach and port-forward; they end with their container, their pod, or its machine. */
export class ContainerSessions {
  private readonly sessions = new Map<string, Set<Session>>();

  /** A signal that aborts when the container has ended, or the pod without one. Dispose of it after the stream. */
  open(podUid: string, container?: Session['container']): { readonly signal: AbortSignal } & Disposable {
    const session = { container, end: new AbortController() };
    const ofPod = this.sessions.get(podUid) ?? new Set<Session>();
    this.sessions.set(podUid, ofPod.add(session));
    return {
      signal: session.end.signal,
      [Symbol.dispose]: () => {
        ofPod.delete(session);
        if (ofPod.size === 0) this.sessions.delete(podUid);
      },
    };
  }

  /** Ends the streams to a pod and its containers. */
  end({ metadata }: Pod): void {
    for (const { end } of this.sessions.get(metadata.uid) ?? []) end.abort();
  }

  /** Ends the streams of what has ended. */
  podChanged(pod: Pod, isDeleted: boolean): void {
    for (const { container, end } of this.sessions.get(pod.metadata.uid) ?? [])
      if (isDeleted || !isRunning(pod, container)) end.abort();
  }
}

function isRunning(pod: Pod, container: Session['container']): boolean {
  if (!container) return !hasEnded(pod);
  const status = containerStatus(pod, container.name);
  return status?.state.running !== undefined && status.restartCount === container.restartCount;
}
