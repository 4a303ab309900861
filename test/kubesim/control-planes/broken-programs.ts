import { chmod, mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ControlPlanePrograms } from '../../../kubesim/control-planes/programs.js';

/** Makes a folder with the programs of a version whose API server ends at once; the others are those of `like`. */
export async function makeBrokenPrograms(
  folder: string,
  version: string,
  like: ControlPlanePrograms,
): Promise<string> {
  await mkdir(folder);
  for (const name of ['etcd', 'kube-controller-manager', 'kube-scheduler'])
    await symlink(join(dirname(like.etcd), name), join(folder, name));
  const apiServer = join(folder, 'kube-apiserver');
  const script = `[ "$1" = --version ] && echo Kubernetes v${version} && exit\necho no such flag >&2\nexit 1\n`;
  await writeFile(apiServer, `#!/bin/sh\n${script}`);
  await chmod(apiServer, 0o755);
  return folder;
}
