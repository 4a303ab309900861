import { type ContainerRequest, type ContainerResponse, jsonResponse, textResponse } from './http-server.js';

interface ConvertedObject {
  readonly apiVersion: string;
  readonly [field: string]: unknown;
}

interface ConversionReview {
  readonly apiVersion: string;
  readonly request: {
    readonly uid: string;
    readonly desiredAPIVersion: string;
    readonly objects: readonly ConvertedObject[];
  };
}

/** An object cannot be converted. */
class ConversionError extends Error {}

/** What `agnhost crd-conversion-webhook` answers. */
export function conversionWebhook({ path, body }: ContainerRequest): ContainerResponse {
  if (path.startsWith('/readyz')) return textResponse('ok');
  if (!path.startsWith('/crdconvert')) return textResponse('404 page not found\n', 404);
  const { apiVersion, request } = JSON.parse(body) as ConversionReview;
  const { uid, desiredAPIVersion, objects } = request;
  const response = { uid, ...converted(objects, desiredAPIVersion) };
  return jsonResponse({ kind: 'ConversionReview', apiVersion, response });
}

function converted(objects: readonly ConvertedObject[], version: string): object {
  try {
    return {
      convertedObjects: objects.map((object) => convert(object, version)),
      result: { metadata: {}, status: 'Success' },
    };
  } catch (error) {
    if (!(error instanceof ConversionError)) throw error;
    return { convertedObjects: [], result: { metadata: {}, status: 'Failure', message: error.message } };
  }
}

/** Converts `hostPort` of v1 to `host` and `port` of v2, and back. */
function convert(object: ConvertedObject, apiVersion: string): ConvertedObject {
  switch (`${object.apiVersion} ${apiVersion}`) {
    case 'stable.example.com/v1 stable.example.com/v2': {
      const { hostPort, ...rest } = object;
      if (typeof hostPort !== 'string') return { ...rest, apiVersion };
      const [host, port, more] = hostPort.split(':');
      if (port === undefined || more !== undefined)
        throw new ConversionError(`invalid hostPort value \`${hostPort}\``);
      return { ...rest, apiVersion, host, port };
    }
    case 'stable.example.com/v2 stable.example.com/v1': {
      const { host, port, ...rest } = object;
      if (host === undefined && port === undefined) return { ...rest, apiVersion };
      return { ...rest, apiVersion, hostPort: `${textOf(host)}:${textOf(port)}` };
    }
    default:
      throw new ConversionError(`unexpected conversion version "${apiVersion}"`);
  }
}

function textOf(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
