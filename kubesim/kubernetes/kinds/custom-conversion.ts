import { prune } from '../structural-schema/prune.js';
import { withSchemaDefaults } from '../structural-schema/schema-defaults.js';
import { schemaOfVersion, type CustomResourceDefinition } from './definition.js';
import type { Json, KubeObject } from './object.js';
import type { Conversion } from './registry.js';

/**
 * The conversion of one version of a definition, whose API version is `own`, from and to the others. An object is read
 * as the schema of its version has become since: without its unknown fields, with its defaults.
 */
export function conversionOf(definition: CustomResourceDefinition, own: string): Conversion {
  const { group, versions, conversion } = definition.spec;
  const schemas = new Map(versions.map((each) => [`${group}/${each.name}`, schemaOfVersion(each)]));
  const stored = `${group}/${versions.find(({ storage }) => storage)?.name ?? ''}`;
  const known = (object: Json): Json => {
    const schema = schemas.get(String(object['apiVersion']));
    return schema ? (prune(object, schema, { path: '', isResource: true }, []) as Json) : object;
  };
  const current = remembered((object) => {
    const schema = schemas.get(object.apiVersion);
    return (schema ? withSchemaDefaults(known(object as KubeObject & Json), schema) : object) as Json;
  });
  const renamed = (object: Json, apiVersion: string) =>
    object['apiVersion'] === apiVersion ? object : known({ ...object, apiVersion });
  const { clientConfig = {}, conversionReviewVersions: reviewVersions = [] } = conversion?.webhook ?? {};
  if (conversion?.strategy !== 'Webhook')
    return {
      storedAs: own,
      in: (body) => body,
      out: remembered((object) => renamed(current(object), own)),
      toStored: (object) => renamed(object as KubeObject & Json, stored) as unknown as KubeObject,
    };
  return {
    storedAs: own,
    in: (body) => body,
    out: current,
    webhook: { own, stored, clientConfig, reviewVersions, known, current },
  };
}

/** Objects never change: what is computed of one is kept with it. */
function remembered(compute: (object: KubeObject) => Json): (object: KubeObject) => Json {
  const results = new WeakMap<KubeObject, Json>();
  return (object) => {
    const result = results.get(object) ?? compute(object);
    results.set(object, result);
    return result;
  };
}
