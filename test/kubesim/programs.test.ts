import { expect, test } from 'vitest';
import { containerRun, outcomeOf, outputLines } from '../../kubesim/kubelet/container-run.js';
import { probePlan } from '../../kubesim/kubelet/probes.js';
import type { Container, Pod } from '../../kubesim/kubernetes/kinds/core.js';

const source = {
  configMap: (_namespace: string, name: string) =>
    name === 'config'
      ? { ...object('ConfigMap', name), data: { greeting: 'hello', 'app.conf': 'a=1\nb=2\n' } }
      : undefined,
  secret: (_namespace: string, name: string) =>
    name === 'secret' ? { ...object('Secret', name), data: { password: 'czNjcmV0' } } : undefined,
  serviceAccountToken: () => undefined,
};

function object(kind: string, name: string) {
  const metadata = { name, namespace: 'ns', uid: name, resourceVersion: '1', creationTimestamp: '' };
  return { apiVersion: 'v1', kind, metadata };
}

function podOf(container: Container, spec: object = {}): Pod {
  const pod = {
    spec: { containers: [container], restartPolicy: 'Never', ...spec },
    status: { phase: 'Running' },
  };
  return { ...object('Pod', 'web-0'), ...pod };
}

/** What a container prints in its first hour, and how it ends. */
function ran(container: Partial<Container>, spec: object = {}) {
  const full = { name: 'c', image: 'busybox:1.36', ...container };
  const run = containerRun(source, { pod: podOf(full, spec), container: full }, []);
  const lines = outputLines(run, { startedAt: 0, until: 3_600_000, scaled: (seconds) => seconds * 1000 });
  return { text: lines.map(({ text }) => text), end: outcomeOf(run, full).end };
}

const sh = (script: string) => ({ command: ['sh', '-c', script] });

test.each([
  ['echo hello', ['hello'], 0, 0],
  ['echo "a b"; sleep 2; exit 3', ['a b'], 2, 3],
  ['echo -n one && echo two', ['onetwo'], 0, 0],
  ['false && echo no || echo yes', ['yes'], 0, 0],
  ['false', [], 0, 1],
  ['for i in 1 2 3; do echo "line $i"; sleep 1; done', ['line 1', 'line 2', 'line 3'], 3, 0],
  ['i=0; while [ $i -lt 3 ]; do echo $i; i=$((i+1)); done', ['0', '1', '2'], 0, 0],
  ['until false; do echo once; break; done', ['once'], 0, 0],
  ['if [ -f /missing ]; then echo yes; else echo no; fi', ['no'], 0, 0],
  ['echo $HOSTNAME $(hostname)', ['web-0 web-0'], 0, 0],
  [
    'echo hi > /tmp/x; cat /tmp/x; rm /tmp/x; cat /tmp/x',
    ['hi', 'cat: /tmp/x: No such file or directory'],
    0,
    1,
  ],
  ['if [ $(expr 5 % 2) -ne 0 ]; then exit 1; fi', [], 0, 1],
  ['if [[ -r /data/foo ]]\nthen\nexit 0\nelse\ntouch /data/foo\nexit 42\nfi', [], 0, 42],
  [
    'echo hi > /a; mv -v /a /tmp/; cp /tmp/a /b; cat /b; mv /none /tmp/ || true',
    ["'/a' -> '/tmp/a'", 'hi', "mv: can't rename '/none': No such file or directory"],
    0,
    0,
  ],
  ['dd if=/dev/zero of=/data/continue bs=1 count=1 conv=fsync; test -f /data/continue', [], 0, 0],
  ['date', ['Thu Jan  1 00:00:00 UTC 1970'], 0, 0],
  ['printf "%s-%s\\n" a b', ['a-b'], 0, 0],
  ['printf "b\\na\\nb\\n" | sort | uniq', ['a', 'b'], 0, 0],
  ['echo "user:x:7" | cut -d: -f3 > /id; cat /id', ['7'], 0, 0],
  ['seq 5 | grep -v 3 | wc -l', ['4'], 0, 0],
  ['echo no | grep -q yes || echo none', ['none'], 0, 0],
  ['seq 3 | while read n; do echo "<$n>"; sleep 1; done', ['<1>', '<2>', '<3>'], 3, 0],
  ['while true; do echo y; done | head -n 2', ['y', 'y'], 0, 0],
  ['env | grep ^HOSTNAME; echo "$(seq 9 | head -n 2)"', ['HOSTNAME=web-0', '1', '2'], 0, 0],
  ['echo a | break', [], 0, 0],
])('runs the script %s', (script, text, seconds, code) => {
  expect(ran(sh(script))).toEqual({ text, end: expect.objectContaining({ seconds, code }) as unknown });
});

test('runs an endless loop until it is stopped', () => {
  const { text, end } = ran(sh('while true; do date +%s; sleep 600; done'));
  expect(text).toEqual(['0', '600', '1200', '1800', '2400', '3000', '3600']);
  expect(end).toBeUndefined();
});

test('limits the output of a script that grows a variable exponentially', () => {
  const { end } = ran(sh('x=y; while true; do x=$x$x; done'));
  expect(end).toBeUndefined();
});

test('rejects a command whose words are very long together', () => {
  const words = '$x '.repeat(3_000);
  const { text, end } = ran(sh(`x=${'y'.repeat(500)}; x=$x$x$x$x; echo ${words}; exit $?`));
  expect(text).toEqual(['sh: echo: Argument list too long']);
  expect(end).toMatchObject({ code: 126 });
});

test('counts the steps of commands in $(…) as steps of the script', () => {
  const endless = '$(while true; do :; done)'.repeat(150);
  expect(ran(sh(`echo start; x=${endless}; echo end; while true; do x=${endless}; done`))).toEqual({
    text: ['start', 'end'],
    end: undefined,
  });
});

test('limits the values of a loop', () => {
  const doubled = 'x="$x$x"; '.repeat(16);
  expect(ran(sh(`x=a; ${doubled} for i in ${'$x '.repeat(2_000)}; do :; done; exit 3`)).end).toMatchObject({
    code: 3,
  });
});

test('limits the files of a container together', () => {
  const { text } = ran(
    sh(
      'for i in $(seq 100); do dd if=/dev/zero of=/$i bs=65536 count=1; done; cat /64 | wc -c; cat /65 | wc -c',
    ),
  );
  expect(text).toEqual(['65536', '0']);
});

test('does not create a container whose variables refer to each other too often', () => {
  const variables = [{ name: 'A0', value: 'x'.repeat(1_000) }].concat(
    Array.from({ length: 9 }, (_, index) => ({ name: `A${index + 1}`, value: `$(A${index})`.repeat(10) })),
  );
  expect(() => ran({ ...sh('echo'), env: variables })).toThrow('argument list too long');
  expect(() =>
    ran({ command: ['echo', ...Array<string>(10).fill('$(A0)')], env: variables.slice(0, 1) }),
  ).not.toThrow();
});

test('lists at most 100 failures of a probe in a row', () => {
  const readinessProbe = { exec: { command: ['false'] }, periodSeconds: 1, failureThreshold: 2_147_483_647 };
  const container = { name: 'c', image: 'busybox:1.36', ...sh('sleep 1d'), readinessProbe };
  const run = containerRun(source, { pod: podOf(container), container }, []);
  expect(probePlan(run, container).failures).toHaveLength(100);
});

test('keeps what a probe decides when its commands have taken too many steps', () => {
  const command = ['sh', '-c', 'while [ ! -f /ready ]; do :; done'];
  const readyAt = (seconds: number) => {
    const script = `i=0; while true; do i=$((i+1)); if [ $i -eq ${seconds} ]; then touch /ready; fi; sleep 1; done`;
    const readinessProbe = { exec: { command }, periodSeconds: 1 };
    const container = { name: 'c', image: 'busybox:1.36', ...sh(script), readinessProbe };
    const run = containerRun(source, { pod: podOf(container), container }, []);
    return probePlan(run, container).readiness;
  };
  expect(readyAt(10)).toEqual([{ at: 9, value: true }]);
  expect(readyAt(30)).toEqual([]);
});

test('cuts a value to 65,536 characters', () => {
  const { text } = ran(sh(`x=${'y'.repeat(1_000)}; for i in 1 2 3 4 5 6 7 8; do x=$x$x; done; echo $x`));
  expect(text.map(({ length }) => length)).toEqual([65_536]);
});

test('prints environment variables and mounted files of ConfigMaps, Secrets and the downward API', () => {
  const container = {
    ...sh('echo $GREETING $PASSWORD $(POD); cat /etc/app/app.conf /etc/pod/name'),
    env: [
      { name: 'GREETING', valueFrom: { configMapKeyRef: { name: 'config', key: 'greeting' } } },
      { name: 'PASSWORD', valueFrom: { secretKeyRef: { name: 'secret', key: 'password' } } },
      { name: 'POD', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
    ],
    volumeMounts: [
      { name: 'app', mountPath: '/etc/app' },
      { name: 'pod', mountPath: '/etc/pod' },
    ],
  };
  const name = { path: 'name', fieldRef: { fieldPath: 'metadata.name' } };
  const volumes = [
    { name: 'app', configMap: { name: 'config' } },
    { name: 'pod', downwardAPI: { items: [name] } },
  ];
  expect(ran(container, { volumes }).text).toEqual(['hello s3cret web-0', 'a=1', 'b=2', 'web-0']);
});

test.each([
  [
    { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'no', key: 'a' } } }] },
    'configmap "no" not found',
  ],
  [{ envFrom: [{ secretRef: { name: 'no' } }] }, 'secret "no" not found'],
  [
    { env: [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'config', key: 'no' } } }] },
    "couldn't find key no in ConfigMap ns/config",
  ],
])('does not run a container with %j: %s', (container, message) => {
  expect(() => ran(container)).toThrow(message);
});

test('runs a container whose missing references are optional', () => {
  const env = [{ name: 'A', valueFrom: { configMapKeyRef: { name: 'no', key: 'a', optional: true } } }];
  expect(
    ran({ ...sh('echo "<$A>"'), env, envFrom: [{ secretRef: { name: 'no', optional: true } }] }).text,
  ).toEqual(['<>']);
});

/** The plan of the probes of a container. */
function plan(container: Partial<Container>) {
  const full = { name: 'c', image: 'busybox', ...container };
  const pod = podOf(full, { restartPolicy: 'Always' });
  return probePlan(containerRun(source, { pod, container: full }, []), full);
}

const http = (path: string, port: number) => ({ httpGet: { path, port } });

test.each([
  ['nginx:1.27', http('/', 80), [{ at: 5, value: true }]],
  ['nginx:1.27', http('/healthz', 80), []],
  ['nginx:1.27', http('/', 8080), []],
  ['nginx:1.27', { tcpSocket: { port: 80 } }, [{ at: 5, value: true }]],
  ['registry.example.com/shop:1', http('/ready', 8080), [{ at: 5, value: true }]],
])('decides that %s is ready by the probe %j: %j', (image, probe, readiness) => {
  expect(plan({ image, readinessProbe: { ...probe, initialDelaySeconds: 5 } }).readiness).toEqual(readiness);
});

test('finds no server in a container that only sleeps', () => {
  expect(plan({ command: ['sleep', '3600'], readinessProbe: http('/', 80) }).readiness).toEqual([]);
});

test('restarts a container whose liveness probe fails after a file is removed', () => {
  const livenessProbe = {
    exec: { command: ['cat', '/tmp/healthy'] },
    initialDelaySeconds: 5,
    periodSeconds: 5,
  };
  const script = 'touch /tmp/healthy; sleep 30; rm -f /tmp/healthy; sleep 600';
  // The probe fails at 30, 35 and 40 seconds.
  expect(plan({ ...sh(script), livenessProbe }).kill).toEqual({ at: 40, probe: 'Liveness' });
});

test('starts the readiness probe after the startup probe has succeeded, and restarts a container that never starts', () => {
  const slow = { ...sh('sleep 25; touch /started; sleep 600') };
  const exec = { command: ['cat', '/started'] };
  const started = plan({ ...slow, startupProbe: { exec, failureThreshold: 5 }, readinessProbe: { exec } });
  expect(started).toMatchObject({ startedAt: 30, readiness: [{ at: 30, value: true }], kill: undefined });
  const failed = plan({ ...slow, startupProbe: { exec, failureThreshold: 2 } });
  expect(failed).toMatchObject({ startedAt: undefined, readiness: [], kill: { at: 10, probe: 'Startup' } });
});
