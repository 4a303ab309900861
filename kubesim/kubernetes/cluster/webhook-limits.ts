import { forbidden } from '../kinds/status.js';
import type { ResourceType } from '../kinds/resource.js';
import {
  mutatingWebhooks,
  validatingWebhooks,
  type WebhookConfiguration,
} from '../kinds/webhook-configurations.js';
import type { ClusterStore } from '../store/cluster-store.js';

/** Webhooks of a cluster at most, and values in their rules together: each write is compared with all of them. */
const MAX_WEBHOOKS = 500;
const MAX_VALUES = 20_000;

/** Throws ApiError 403 if the cluster has as many webhooks, or as long rules, as it may have. */
export function checkWebhooks(
  store: ClusterStore,
  type: ResourceType,
  configuration: WebhookConfiguration,
): void {
  const { name } = configuration.metadata;
  const stored = [mutatingWebhooks, validatingWebhooks].flatMap((each) =>
    [...store.all(each)].filter(({ metadata }) => each.id !== type.id || metadata.name !== name),
  );
  const webhooks = [...stored, configuration].flatMap((each) => each.webhooks ?? []);
  const values = webhooks.flatMap(({ rules = [] }) => rules).reduce((sum, rule) => sum + sizeOf(rule), 0);
  if (webhooks.length <= MAX_WEBHOOKS && values <= MAX_VALUES) return;
  const limits = `${MAX_WEBHOOKS} webhooks with ${MAX_VALUES} values in their rules`;
  throw forbidden(`${type.id} ${JSON.stringify(name)} is forbidden: a cluster may have ${limits}`, {
    name,
    group: type.group,
    kind: type.plural,
  });
}

function sizeOf(rule: object): number {
  const lists: unknown[] = Object.values(rule);
  return lists.reduce<number>((sum, list) => sum + (Array.isArray(list) ? list.length : 1), 1);
}
