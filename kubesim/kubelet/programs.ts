import type { Container, Pod } from '../kubernetes/kinds/core.js';
import { agnhost } from './agnhost.js';
import { type ContainerRequest, jsonResponse, type Server, textResponse, urlOf } from './http-server.js';
import { hostnameOf, References } from './pod-content.js';
import type { Program } from './program.js';
import { commandOf, runCommand } from './shell/commands.js';
import { StandardInput } from './shell/input.js';
import { parseScript, type Script } from './shell/parse.js';
import { runLines, runScript, type ShellState } from './shell/run.js';
import type { ExitCode, Step } from './shell/step.js';

/** Environment and files of a container that starts. */
export interface Surroundings {
  readonly env: ReadonlyMap<string, string>;
  readonly files: ReadonlyMap<string, string>;
}

const TASK_SECONDS = 5;
const CRASH_SECONDS = 3;
/** Resource name of shared GPU memory, in GiB. */
const GPU_MEMORY = 'aliyun.com/gpu-mem';

/**
 * The program of a container, by its image and command; `kubesim/README.md` lists what is simulated. Throws ContainerConfigError if its
 * arguments are too long.
 */
export function programOf({ spec }: Pod, container: Container, env: ReadonlyMap<string, string>): Program {
  const references = new References(env);
  const words = [...(container.command ?? []), ...(container.args ?? [])].map((word) =>
    references.expand(word),
  );
  if (tagOf(container.image) === 'crash' || exceedsGpu(container, words.join(' '))) return crashing();
  const ends = (container.restartPolicy ?? spec.restartPolicy) !== 'Always';
  const argv = container.command ? words : [...entrypointOf(container, words), ...words];
  return (
    scriptProgram(argv, ends) ?? commandProgram(argv) ?? serverProgram(argv) ?? unknownProgram(words, ends)
  );
}

/** Whether the image cannot be pulled: its tag says that it is missing, or its registry is invalid. */
export function isMissingImage(image: string): boolean {
  return (
    /^(404|missing|(does-?not-?exist|non-?existent|invalid).*)$/.test(tagOf(image) ?? '') ||
    /^invalid\./.test(image)
  );
}

/** The state of a container's shell at its start. */
export function initialState(
  pod: Pod,
  { env, files }: Surroundings,
  { startedAt, hasInput }: { readonly startedAt: Date; readonly hasInput: boolean },
): ShellState {
  return {
    env: new Map(env),
    files: new Map(files),
    input: hasInput ? new StandardInput() : StandardInput.none(),
    hostname: hostnameOf(pod),
    startedAt,
    elapsed: 0,
  };
}

function tagOf(image: string): string | undefined {
  return /:([^/:@]+)(@.*)?$/.exec(image)?.[1];
}

/** Official images with a known program, by their name. */
const ENTRYPOINTS: Readonly<Record<string, readonly string[]>> = {
  agnhost: ['/agnhost'],
  nginx: ['nginx'],
  httpd: ['httpd-foreground'],
  pause: ['/pause'],
  'hello-world': ['/bin/echo', 'Hello from Docker!'],
  nautilus: ['nautilus'],
};

/** Files of images that clients ask their servers for; certificates of the test image are no secrets. */
const FILES: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  agnhost: ['/localhost.crt', '/localhost.key'].map((path) => [path, `${path} of the image\n`]),
};

/** The files that an image has, as far as programs read them. */
export function imageFiles(image: string): readonly (readonly [string, string])[] {
  const name = officialName(image);
  return Object.hasOwn(FILES, name) ? (FILES[name] ?? []) : [];
}

function entrypointOf({ image, volumeMounts = [] }: Container, args: readonly string[]): readonly string[] {
  const name = officialName(image);
  const isWebServer = name === 'nginx' || name === 'httpd';
  // Web servers run arguments as a command; a mounted configuration is not read.
  const isConfigured = volumeMounts.some(({ mountPath }) =>
    /^\/(etc|usr\/local\/apache2\/conf)\b/.test(mountPath),
  );
  if (isWebServer && (args.length > 0 || isConfigured)) return [];
  return Object.hasOwn(ENTRYPOINTS, name) ? (ENTRYPOINTS[name] ?? []) : [];
}

/** The name of an image without registry and tag, e.g. `nginx` of `docker.io/library/nginx:1`. */
function officialName(image: string): string {
  const [registry = '', ...path] = image.split('/');
  const inRegistry = path.length > 0 && /[.:]/.test(registry);
  const name = inRegistry ? path.join('/') : image;
  return name.replace(/^(library|e2e-test-images)\//, '').split(/[:@]/)[0] ?? '';
}

/** With `--gpu-memory=N` a container uses N GiB; GPU isolation ends it if that exceeds its limit. */
function exceedsGpu({ resources }: Container, command: string): boolean {
  const limit = resources?.limits?.[GPU_MEMORY];
  return limit !== undefined && (numberIn(/--gpu-memory[= ](\d+)/, command) ?? 0) > Number(limit);
}

function numberIn(pattern: RegExp, text: string): number | undefined {
  const [, digits] = pattern.exec(text) ?? [];
  return digits === undefined ? undefined : Number(digits);
}

function crashing(): Program {
  return { ...quiet(CRASH_SECONDS, 1), requests: true };
}

/** A program that prints nothing and ends with the code after the seconds; it runs until stopped without a code. */
function quiet(seconds: number, code: ExitCode): Program {
  return {
    *run() {
      yield { seconds };
      return code;
    },
    requests: false,
    server: undefined,
  };
}

const SHELL = /^(.*\/)?(ba|da|a)?sh$/;

/** A command that `exec` runs; undefined if the container has no such program. */
export function execProgram(
  [name = '', ...args]: readonly string[],
  isTerminal: boolean,
): ((state: ShellState) => Generator<Step, ExitCode>) | undefined {
  const command = commandOf(name);
  if (command) return (state) => runCommand(command, args, { ...state, now: state.startedAt });
  if (!SHELL.test(name)) return undefined;
  const flag = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  if (flag < 0) return (state) => runLines(state, notFound, isTerminal ? '/ # ' : undefined);
  const script = parseScript(args[flag + 1] ?? '');
  if (script) return (state) => runScript(script, state, notFound);
  return function* () {
    yield { error: 'sh: this syntax is not simulated\n' };
    return 2;
  };
}

function notFound(name: string): { readonly error: string; readonly code: number } {
  return { error: `sh: ${name}: not found\n`, code: 127 };
}

/** A script of a shell: `sh -c SCRIPT`. */
function scriptProgram([shell = '', ...args]: readonly string[], ends: boolean): Program | undefined {
  const flag = args.findIndex((arg) => /^-[a-z]*c$/.test(arg));
  if (!SHELL.test(shell) || flag < 0) return undefined;
  const script = parseScript(args[flag + 1] ?? '');
  if (!script) return undefined;
  const unknown = hasUnknownCommand(script);
  return {
    run: (state) => runScript(script, state, () => (ends ? { seconds: TASK_SECONDS, code: 0 } : {})),
    ignoresSignals: true,
    requests: unknown && !ends,
    server: unknown && !ends ? anyServer : undefined,
  };
}

const KEYWORDS = new Set(['exit', 'break', 'export', 'read']);

function hasUnknownCommand(script: Script): boolean {
  switch (script.type) {
    case 'command': {
      const [name] = script.words;
      return name !== undefined && !KEYWORDS.has(name) && commandOf(name) === undefined;
    }
    case 'pipeline':
      return script.scripts.some(hasUnknownCommand);
    case 'list':
      return script.items.some((item) => hasUnknownCommand(item.script));
    case 'if':
      return [script.condition, script.then, script.otherwise].some(
        (part) => part && hasUnknownCommand(part),
      );
    case 'loop':
      return hasUnknownCommand(script.condition) || hasUnknownCommand(script.body);
    case 'for':
      return hasUnknownCommand(script.body);
  }
}

/** A single command, without a shell. */
function commandProgram([name = '', ...args]: readonly string[]): Program | undefined {
  const command = commandOf(name);
  if (!command) return undefined;
  return {
    run: (state) => runCommand(command, args, { ...state, now: new Date(state.startedAt) }),
    ignoresSignals: true,
    requests: false,
    server: undefined,
  };
}

const anyServer: Server = { ports: undefined, respond: () => textResponse('ok\n') };

/** A web server with its default page only. */
function pageServer(title: string): Program {
  const page = `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  const respond = (request: ContainerRequest) =>
    /^\/(index\.html|50x\.html)?$/.test(urlOf(request).pathname)
      ? { status: 200, headers: { 'content-type': 'text/html' }, body: page }
      : textResponse('404 Not Found\n', 404);
  return { ...quiet(0, undefined), requests: true, server: { ports: [80], respond } };
}

/** The demo image of Kubernetes whose page shows a picture. */
function imageServer(image: string): Program {
  const respond = (request: ContainerRequest) =>
    urlOf(request).pathname === '/data.json' ? jsonResponse({ image }) : textResponse('404 Not Found\n', 404);
  return { ...quiet(0, undefined), requests: true, server: { ports: [80], respond } };
}

/** Servers by their command. */
const SERVERS: Readonly<Record<string, ((args: readonly string[]) => Program) | undefined>> = {
  nginx: () => pageServer('Welcome to nginx!'),
  'httpd-foreground': () => pageServer('It works!'),
  nautilus: () => imageServer('nautilus.jpg'),
  pause: () => quiet(0, undefined),
  agnhost,
};

function serverProgram([name = '', ...args]: readonly string[]): Program | undefined {
  const base = name.slice(name.lastIndexOf('/') + 1);
  return Object.hasOwn(SERVERS, base) ? SERVERS[base]?.(args) : undefined;
}

/** A program that is not simulated: a server if it is restarted always, otherwise a task of some seconds. */
function unknownProgram(words: readonly string[], ends: boolean): Program {
  const command = words.join(' ');
  if (!ends) return { ...quiet(0, undefined), requests: true, server: anyServer };
  const code = numberIn(/\bexit\s+(\d+)/, command) ?? 0;
  return {
    ...quiet(numberIn(/\bsleep\s+(\d+)/, command) ?? TASK_SECONDS, code),
    requests: true,
    server: anyServer,
  };
}
