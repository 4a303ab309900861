import {
  type ContainerRequest,
  type ContainerResponse,
  type Server,
  type ServingContainer,
  jsonResponse,
  textResponse,
  urlOf,
} from './http-server.js';
import { hostnameOf } from './pod-content.js';
import type { Program } from './program.js';
import { admissionWebhook } from './agnhost-admission-webhook.js';
import { guestbook } from './agnhost-guestbook.js';
import { conversionWebhook } from './agnhost-conversion-webhook.js';

/** Options of a subcommand, by name. */
type Options = ReadonlyMap<string, string>;

/** What a subcommand does with its options. */
type Subcommand = (options: Options, args: readonly string[]) => Program;

const SUBCOMMANDS: Readonly<Record<string, Subcommand | undefined>> = {
  netexec: httpServer('http-port', 8080, netexec),
  'serve-hostname': httpServer('port', 9376, hostname),
  'test-webserver': httpServer('port', 80, file),
  liveness: (options) => {
    const failsAt = 10;
    const program = httpServer('port', 8080, (request, { seconds }) =>
      request.path === '/healthz' && seconds >= failsAt
        ? textResponse(`error: ${seconds}s`, 500)
        : textResponse('ok'),
    )(options, []);
    return {
      ...program,
      *run(state) {
        yield* program.run(state);
        yield { seconds: failsAt };
        return undefined;
      },
    };
  },
  webhook: httpServer('port', 443, admissionWebhook),
  'crd-conversion-webhook': httpServer('port', 443, conversionWebhook),
  'logs-generator': (options) => {
    const lines = options.get('log-lines-total') ?? options.get('t') ?? '0';
    return logsGenerator(Number(lines), secondsOf(options.get('run-duration') ?? options.get('d') ?? '0s'));
  },
  mounttest: (options) => ({
    *run({ files }) {
      const created = [...options].find(([name]) => name.startsWith('new_file_'))?.[1];
      if (created !== undefined) files.set(created, 'mount-tester new file\n');
      const paths = [created, options.get('file_content')].filter((path) => path !== undefined);
      for (const path of paths) {
        const text = files.get(path);
        if (text === undefined) {
          const missing = `open ${path}: no such file or directory`;
          yield { output: `error reading file content for "${path}": ${missing}\n` };
          return 1;
        }
        yield { output: `content of file "${path}": ${text}\n` };
      }
      return 0;
    },
    requests: false,
    server: undefined,
  }),
  guestbook: (options, args) => {
    const backend = { port: Number(options.get('backend-port') ?? 6379), primary: options.get('replicaof') };
    return httpServer('http-port', 80, guestbook(backend))(options, args);
  },
  'entrypoint-tester': (_options, args) => ({
    *run() {
      yield { output: `${JSON.stringify(['/agnhost', 'entrypoint-tester', ...args])}\n` };
      return 0;
    },
    requests: false,
    server: undefined,
  }),
};

/** The test image of Kubernetes: what `agnhost SUBCOMMAND` does. */
export function agnhost([subcommand = 'pause', ...args]: readonly string[]): Program {
  const known = Object.hasOwn(SUBCOMMANDS, subcommand) ? SUBCOMMANDS[subcommand] : undefined;
  return known?.(optionsOf(args), args) ?? paused();
}

/** The options `--name=value`, `--name value` and `--name`. */
function optionsOf(args: readonly string[]): Options {
  const options = new Map<string, string>();
  args.forEach((arg, index) => {
    const [, name, value] = /^--?([\w-]+)(?:=(.*))?$/s.exec(arg) ?? [];
    if (name === undefined) return;
    const next = args[index + 1];
    options.set(name, value ?? (next === undefined || next.startsWith('-') ? 'true' : next));
  });
  return options;
}

function paused(): Program {
  return {
    *run() {
      yield {};
      return undefined;
    },
    requests: false,
    server: undefined,
  };
}

/** A subcommand that serves HTTP, or HTTPS if it has a certificate, until it is stopped. */
function httpServer(portOption: string, defaultPort: number, respond: Server['respond']): Subcommand {
  return (options) => {
    const port = Number(options.get(portOption) ?? defaultPort);
    const certificate = options.get('tls-cert-file');
    const key = options.get('tls-private-key-file');
    return {
      *run() {
        yield { output: `Started HTTP server on port ${port}\n` };
        return undefined;
      },
      requests: false,
      server: {
        ports: [port],
        tls: certificate !== undefined && key !== undefined ? { certificate, key } : undefined,
        respond,
      },
    };
  };
}

/** What `agnhost netexec` answers, by path. */
const NETEXEC: Readonly<Record<string, Server['respond'] | undefined>> = {
  '/hostname': hostname,
  '/hostName': hostname,
  '/healthz': () => textResponse(''),
  '/readyz': () => textResponse(''),
  '/echo': (request) => {
    const { searchParams } = urlOf(request);
    return textResponse(searchParams.get('msg') ?? '', Number(searchParams.get('code') ?? 200));
  },
  '/header': (request) => {
    const key = urlOf(request).searchParams.get('key');
    return key === null
      ? jsonResponse(request.headers)
      : textResponse(String(request.headers[key.toLowerCase()] ?? ''));
  },
  '/redirect': (request) => {
    const { searchParams } = urlOf(request);
    const headers = { location: searchParams.get('location') ?? '' };
    return { status: Number(searchParams.get('code') ?? 302), headers };
  },
};

function netexec(request: ContainerRequest, container: ServingContainer): ContainerResponse | undefined {
  const respond = NETEXEC[urlOf(request).pathname];
  return respond ? respond(request, container) : textResponse(`NOW: ${new Date().toISOString()}`);
}

function hostname(_request: ContainerRequest, { pod }: ServingContainer): ContainerResponse {
  return textResponse(hostnameOf(pod));
}

/** Serves the files of the container. */
function file(request: ContainerRequest, { files }: ServingContainer): ContainerResponse {
  const { pathname } = urlOf(request);
  if (pathname === '/') return textResponse([...files.keys()].map((name) => `${name}\n`).join(''));
  const content = files.get(decodeURIComponent(pathname));
  return content === undefined ? textResponse('404 page not found\n', 404) : textResponse(content);
}

function secondsOf(duration: string): number {
  const [, amount = '0', unit = 's'] = /^([\d.]+)(ms|s|m|h)$/.exec(duration) ?? [];
  return Number(amount) * ({ ms: 0.001, s: 1, m: 60, h: 3600 }[unit] ?? 1);
}

/** Namespaces and methods of the generated lines, in turn. */
const LOGGED_NAMESPACES = ['default', 'kube-system', 'ns'];
const LOGGED_METHODS = ['GET', 'PUT'];

function logsGenerator(lines: number, seconds: number): Program {
  return {
    *run() {
      for (let line = 0; line < lines; line += 1) {
        const path = `/api/v1/namespaces/${LOGGED_NAMESPACES[line % 3]}/pods/pod${line}`;
        yield { output: `${line} ${LOGGED_METHODS[line % 2]} ${path} ${200 + (line % 300)}\n` };
        yield { seconds: seconds / lines };
      }
      return 0;
    },
    requests: false,
    server: undefined,
  };
}
