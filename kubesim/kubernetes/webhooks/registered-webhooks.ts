import type { ResourceType } from '../kinds/resource.js';
import {
  type AdmissionWebhook,
  mutatingWebhooks,
  validatingWebhooks,
  type WebhookConfiguration,
} from '../kinds/webhook-configurations.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** The webhooks of a cluster in the order in which they are called: by the names of their configurations. */
class RegisteredWebhooks {
  private readonly lists = new Map<string, readonly AdmissionWebhook[]>();

  constructor(private readonly store: ClusterStore) {
    for (const type of [mutatingWebhooks, validatingWebhooks])
      store.onChange(type, () => this.lists.delete(type.id));
  }

  of(type: ResourceType<WebhookConfiguration>): readonly AdmissionWebhook[] {
    const known = this.lists.get(type.id);
    if (known) return known;
    const configurations = [...this.store.all(type)];
    const byName = configurations.sort((a, b) => (a.metadata.name < b.metadata.name ? -1 : 1));
    const list = byName.flatMap(({ webhooks = [] }) => webhooks);
    this.lists.set(type.id, list);
    return list;
  }
}

const registered = new WeakMap<ClusterStore, RegisteredWebhooks>();

/** The mutating or the validating webhooks of a cluster. */
export function webhooksOf(store: ClusterStore, mutates: boolean): readonly AdmissionWebhook[] {
  const known = registered.get(store) ?? new RegisteredWebhooks(store);
  registered.set(store, known);
  return known.of(mutates ? mutatingWebhooks : validatingWebhooks);
}
