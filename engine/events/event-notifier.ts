/** A reader's ear: pulses that come while nobody waits are remembered as one. */
export interface EventSubscriber {
  /** Resolves at the next pulse, after `timeoutMs`, or when `signal` aborts; at once when a pulse came before. */
  next(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * Says that an account's log has grown. A pulse carries nothing else, so a lost or doubled one does no harm: whoever
 * hears it reads the log from where it stands.
 */
export interface EventNotifier extends AsyncDisposable {
  /** Listens for one account; what is appended after it resolves is heard. */
  subscribe(account: string): Promise<EventSubscriber>;
}

/** The ears of a process, by account. */
export class EventSubscribers {
  private readonly byAccount = new Map<string, Set<() => void>>();

  /** An ear for the account; `onLast` is called when the account's last ear is closed. */
  open(account: string, onLast?: () => void): EventSubscriber {
    let notified = false;
    let wake: (() => void) | undefined;
    const onNotification = () => {
      notified = true;
      wake?.();
    };
    const subscribers = this.byAccount.get(account) ?? new Set();
    this.byAccount.set(account, subscribers.add(onNotification));
    return {
      next: async (timeoutMs, signal) => {
        if (!notified && !signal?.aborted)
          await new Promise<void>((resolve) => {
            const finish = () => {
              clearTimeout(timer);
              signal?.removeEventListener('abort', finish);
              wake = undefined;
              resolve();
            };
            const timer = setTimeout(finish, timeoutMs);
            signal?.addEventListener('abort', finish, { once: true });
            wake = finish;
          });
        notified = false;
      },
      close: () => {
        wake?.();
        if (
          !subscribers.delete(onNotification) ||
          subscribers.size > 0 ||
          this.byAccount.get(account) !== subscribers
        )
          return;
        this.byAccount.delete(account);
        onLast?.();
      },
    };
  }

  wake(account: string): void {
    for (const onPulse of this.byAccount.get(account) ?? []) onPulse();
  }

  /** For when pulses may have been missed: everybody reads the log again. */
  wakeAll(): void {
    for (const account of this.byAccount.keys()) this.wake(account);
  }
}
