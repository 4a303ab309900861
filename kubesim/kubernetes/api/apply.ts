import { isJson, type Json, type KubeObject } from '../kinds/object.js';
import { groupVersion, type ResourceType } from '../kinds/resource.js';
import { ApiError, badRequest, conflict, missingName } from '../kinds/status.js';
import { applyConflict } from '../managed-fields/conflict.js';
import { applyConfiguration, type Writer } from '../managed-fields/field-manager.js';
import { NoElementError } from '../managed-fields/field-schema.js';
import { fieldSchemaOf } from '../managed-fields/field-schemas.js';
import { KUBECTL, withLastApplied, withoutClientSideConflicts } from '../managed-fields/last-applied.js';
import { ConflictsError } from '../managed-fields/ownership.js';
import { configurationErrors, joinErrors } from '../managed-fields/validate-configuration.js';
import type { Target } from './path.js';

/** Reads the body of an apply. Throws ApiError if it is of another kind or does not fit the kind's schema. */
export function readConfiguration({ served }: Target, body: unknown): Json {
  if (!isJson(body)) throw badRequest('error decoding YAML: the body is not an object');
  const expected = groupVersion(served);
  const kind = kindText(body);
  if (kind !== kindText({ apiVersion: expected, kind: served.type.kind }))
    throw badRequest(`invalid object type: ${kind}`);
  const metadata = isJson(body['metadata']) ? body['metadata'] : {};
  if (metadata['managedFields'] !== undefined && metadata['managedFields'] !== null)
    throw badRequest('metadata.managedFields must be nil');
  const errors = configurationErrors(body, fieldSchemaOf(served.type, expected));
  if (errors.length === 0) return body;
  const { namespace = '', name = '' } = metadata;
  const object = `${String(namespace)}/${String(name)}; ${kind}`;
  throw new ApiError(500, '', `failed to create typed patch object (${object}): ${joinErrors(errors)}`);
}

/** Group, version and kind as Go prints them: `/v1, Kind=Pod`. */
function kindText({ apiVersion = '', kind = '' }: Json): string {
  const version = String(apiVersion);
  return `${version.includes('/') ? version : `/${version}`}, Kind=${String(kind)}`;
}

/** Checks an object that an apply would create. Throws ApiError. */
export function checkNewObject({ served: { type }, name = '' }: Target, { metadata }: Json): void {
  const { name: own, uid } = isJson(metadata) ? metadata : {};
  if (!own) throw missingName(name);
  if (uid)
    throw conflict(
      type,
      name,
      `uid mismatch: the provided object specified uid ${String(uid)}, and no existing object was found`,
    );
}

interface Application {
  readonly config: Json;
  readonly writer: Writer;
  readonly force: boolean;
  readonly now: Date;
  /** API version of the owners in a conflict, if it is not that of their fields. */
  readonly conflictVersion?: string;
}

/** Applies a configuration to an object, or to nothing. Throws ApiError if other managers own fields that it changes. */
export function applyTo(current: KubeObject | undefined, type: ResourceType, application: Application): Json {
  const { config, writer } = application;
  const object = tryApply(current, type, application);
  return writer.manager === KUBECTL ? withLastApplied(object, config) : object;
}

function tryApply(current: KubeObject | undefined, type: ResourceType, application: Application): Json {
  try {
    return applyConfiguration(type, { current, ...application });
  } catch (error) {
    if (error instanceof NoElementError) throw new ApiError(500, '', error.message);
    if (!(error instanceof ConflictsError)) throw error;
    const { conflicts } = error;
    const remaining =
      current && application.writer.manager === KUBECTL
        ? withoutClientSideConflicts(current, conflicts)
        : conflicts;
    if (remaining.length > 0) throw applyConflict(remaining, application.conflictVersion);
    return applyConfiguration(type, { current, ...application, force: true });
  }
}
