import { PassThrough } from 'node:stream';
import { clearImmediate, setImmediate } from 'node:timers';
import { expect, test } from 'vitest';
import { systemClock } from '../../kernel/clock.js';
import { attach } from '../../kubesim/kubelet/attach.js';
import { ContainerChanges } from '../../kubesim/kubelet/container-changes.js';
import { containerRun } from '../../kubesim/kubelet/container-run.js';
import { ContainerSessions } from '../../kubesim/kubelet/container-sessions.js';
import type { ContainerStatus, Pod } from '../../kubesim/kubernetes/kinds/core.js';

const source = {
  configMap: () => undefined,
  secret: () => undefined,
  serviceAccountToken: () => undefined,
};

/** What a client gets that attaches to a container, which has run the script for an hour, until `until` resolves. */
async function attachTo(
  script: string,
  until: (changes: ContainerChanges) => Promise<void>,
): Promise<string> {
  const container = { name: 'c', image: 'busybox:1.36', command: ['sh', '-c', script] };
  const startedAt = new Date(Date.now() - 3_600_000);
  const status = { name: 'c', restartCount: 0 } as ContainerStatus;
  const pod = {
    metadata: { name: 'web', namespace: 'ns', uid: 'u' },
    spec: { containers: [container] },
  } as unknown as Pod;
  const [changes, sessions] = [new ContainerChanges(), new ContainerSessions()];
  const access = {
    client: { clock: systemClock, scaled: (seconds: number) => seconds * 1000 },
    simulated: { runOf: () => containerRun(source, { pod, container }, []) },
    ...{ changes, sessions },
  };
  const stdout = new PassThrough();
  const streams = {
    ...{ stdin: undefined, stdout, stderr: new PassThrough(), disconnected: new AbortController().signal },
    end: () => Promise.resolve(void stdout.end()),
  };
  const reached = until(changes);
  const attached = attach(access as never, { pod, container, status, startedAt }, { tty: false, streams });
  await reached;
  sessions.end(pod);
  await attached;
  return (await stdout.toArray()).join('');
}

/** Resolves when what the program has printed before is counted. */
function counted(changes: ContainerChanges): Promise<void> {
  return new Promise((resolve) => {
    const onChange = changes.onChange.bind(changes);
    changes.onChange = (listener) => {
      resolve();
      return onChange(listener);
    };
  });
}

test('lets other work have its turns while it counts what a program has printed', async () => {
  let turns = 0;
  let next = setImmediate(function turn() {
    turns += 1;
    next = setImmediate(turn);
  });
  const printed = await attachTo('while true; do echo again; done', counted);
  clearImmediate(next);
  expect(printed).toBe('');
  expect(turns).toBeGreaterThan(20);
});
