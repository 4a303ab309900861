/**
 * Waits for notifications of one account. Notifications that arrive while no `next` call is pending are coalesced into
 * one.
 */
export interface EventSubscriber {
  /** Resolves at the next notification, after `timeoutMs`, or when `signal` aborts; immediately if a notification is pending. */
  next(timeoutMs: number, signal?: AbortSignal): Promise<void>;
  close(): void;
}

/**
 * Notifies that an account's log has grown. A notification has no content, so a lost or duplicate one is harmless: readers
 * read the log from their position.
 */
export interface EventNotifier extends AsyncDisposable {
  /** Subscribes to one account; events appended after it resolves are notified. */
  subscribe(account: string): Promise<EventSubscriber>;
}

/** The subscribers of a process, by account. */
export class EventSubscribers {
  private readonly byAccount = new Map<string, Set<() => void>>();

  /** Adds a subscriber; `onLast` is called when the last subscriber of the account is closed. */
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
    for (const onNotification of this.byAccount.get(account) ?? []) onNotification();
  }

  /** Wakes all subscribers, because notifications may have been missed. */
  wakeAll(): void {
    for (const account of this.byAccount.keys()) this.wake(account);
  }
}
