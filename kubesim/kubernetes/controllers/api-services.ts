import { sameJson } from '../../../kernel/same-json.js';
import type { ClusterContext, Controller } from '../cluster/context.js';
import { deleteObject } from '../cluster/delete.js';
import { AUTOMANAGED, localApiService } from '../cluster/local-api-services.js';
import { create, updateByController } from '../cluster/write.js';
import { apiServices } from '../kinds/api-services.js';
import { customResourceDefinitions } from '../kinds/custom-resource-definitions.js';
import type { CustomResourceDefinition } from '../kinds/definition.js';

/** Registers the groups and versions of definitions. */
export function apiServiceRegistration(cluster: ClusterContext): Controller {
  const { store } = cluster;
  const queue = cluster.queue('apiservice-registration', (key) => register(cluster, key));
  const add = (definition: CustomResourceDefinition | undefined) => {
    for (const key of definition ? versionsOf(definition) : []) queue.add(key);
  };
  return {
    start() {
      store.onChange(customResourceDefinitions, ({ object, previous }) => {
        const definition = object as CustomResourceDefinition;
        const before = previous as CustomResourceDefinition | undefined;
        if (before?.spec === definition.spec && !definition.metadata.deletionTimestamp) return;
        add(definition);
        add(before);
      });
      store.onChange(apiServices, ({ object, previous }) => {
        if (managed(object) !== 'true' && managed(previous) !== 'true') return;
        const [version = '', ...group] = object.metadata.name.split('.');
        queue.add(`${group.join('.')}/${version}`);
      });
      for (const definition of store.all(customResourceDefinitions)) add(definition);
    },
  };
}

const managed = (object: { readonly metadata: { readonly labels?: object } } | undefined) =>
  (object?.metadata.labels as Record<string, string> | undefined)?.[AUTOMANAGED];

function versionsOf({ spec }: CustomResourceDefinition): string[] {
  return spec.versions.map(({ name }) => `${spec.group}/${name}`);
}

/** Registers a group and version, or removes its registration if no definition serves it. */
function register(cluster: ClusterContext, key: string): void {
  const draft = localApiService(key, 'true');
  const registered = cluster.store.get(apiServices, '', draft.metadata.name ?? '');
  const isServed = [...cluster.store.all(customResourceDefinitions)].some(({ spec }) =>
    spec.versions.some(({ name, served }) => served && `${spec.group}/${name}` === key),
  );
  if (isServed && !registered) create(cluster, apiServices, draft);
  // What an administrator registers has precedence.
  if (!registered || managed(registered) !== 'true') return;
  if (!isServed) deleteObject(cluster, apiServices, registered);
  else if (!sameJson(registered.spec, draft.spec))
    updateByController(cluster, apiServices, registered, (object) => ({ ...object, spec: draft.spec }));
}
