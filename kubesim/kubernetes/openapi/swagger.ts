import { isJson, type Json } from '../kinds/object.js';
import { definitionsOf, documentedVersions } from './documents.js';
import { pathsOf } from './paths.js';
import type { ServedApi } from './served-api.js';

/** JSON of the OpenAPI v2 document of all groups, converted from v3 as API servers do. */
export function openApiV2(api: ServedApi): string {
  const groups = [...documentedVersions(api).values()];
  const paths = Object.assign({}, ...groups.map((groupVersion) => pathsOf(api, groupVersion))) as Json;
  const definitions = definitionsOf(api, JSON.stringify(paths)).map(([name, json]) => [
    name,
    definitionV2(JSON.parse(json) as Json),
  ]);
  return JSON.stringify({
    swagger: '2.0',
    info: { title: 'Kubernetes', version: 'unversioned' },
    paths: Object.fromEntries(Object.entries(paths).map(([path, item]) => [path, pathItem(item as Json)])),
    definitions: Object.fromEntries(definitions) as Json,
    securityDefinitions: { BearerToken: { type: 'apiKey', name: 'authorization', in: 'header' } },
  }).replaceAll('"#/components/schemas/', '"#/definitions/');
}

const PRESERVE = 'x-kubernetes-preserve-unknown-fields';
const KINDS = 'x-kubernetes-group-version-kind';

/** kubectl would refuse unknown fields beside the declared ones. */
function definitionV2(schema: Json): unknown {
  return schema[PRESERVE] === true ? { type: 'object', [KINDS]: schema[KINDS] } : schemaV2(schema);
}

/** Version 2 has no defaults, and references stand alone. */
function schemaV2(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(schemaV2);
  if (!isJson(schema)) return schema;
  const shown = schema[PRESERVE] === true ? withoutFields(schema) : schema;
  const { allOf, oneOf, anyOf: _anyOf, not: _not, nullable: _nullable, default: _default, ...rest } = shown;
  const [reference] = Array.isArray(allOf) ? (allOf as unknown[]) : [];
  const more = {
    ...(isJson(reference) && reference['$ref'] !== undefined ? reference : {}),
    // IntOrString and Quantity.
    ...(Array.isArray(oneOf) && rest['type'] === undefined && !('x-kubernetes-int-or-string' in rest)
      ? { type: 'string' }
      : {}),
  };
  return {
    ...Object.fromEntries(
      Object.entries(rest).map(([key, value]) => [
        key,
        key === 'properties' ? fieldsV2(value) : schemaV2(value),
      ]),
    ),
    ...more,
  };
}

function withoutFields({ properties: _properties, items: _items, ...open }: Json): Json {
  return open;
}

/** Fields may have the names of keywords. */
function fieldsV2(fields: unknown): unknown {
  return Object.fromEntries(Object.entries(fields as Json).map(([name, field]) => [name, schemaV2(field)]));
}

function pathItem(item: Json): Json {
  return Object.fromEntries(
    Object.entries(item).map(([key, value]) => [
      key,
      key === 'parameters' ? (value as Json[]).map(parameter) : operation(value as Json),
    ]),
  );
}

function parameter({ schema, ...rest }: Json): Json {
  return { ...rest, ...(schema as Json) };
}

function operation({ parameters, requestBody, responses, ...rest }: Json): Json {
  const { content } = (requestBody ?? {}) as { content?: Readonly<Record<string, Json>> };
  const [body] = Object.values(content ?? {});
  return {
    consumes: Object.keys(content ?? { '*/*': {} }),
    produces: ['application/json'],
    ...rest,
    parameters: [
      ...(body ? [{ in: 'body', name: 'body', required: true, ...body }] : []),
      ...((parameters ?? []) as Json[]).map(parameter),
    ],
    responses: Object.fromEntries(
      Object.entries((responses ?? {}) as Json).map(([code, value]) => [code, responseV2(value as Json)]),
    ),
  };
}

function responseV2({ description, content }: Json): Json {
  const [media] = Object.values((content ?? {}) as Readonly<Record<string, Json>>);
  return { description, ...media };
}
