import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { delimiter, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { minorNumber } from '../catalog.js';

const REMEDY =
  'Build the control planes with `npm run control-plane` and set KUBEBUILDER_ASSETS to what it prints.';

/** Paths of the programs of a Kubernetes control plane. */
export interface ControlPlanePrograms {
  /** Version of Kubernetes, such as `1.36.3`. */
  readonly version: string;
  readonly etcd: string;
  readonly apiServer: string;
  readonly controllerManager: string;
  readonly scheduler: string;
}

/**
 * The programs in folders such as that of KUBEBUILDER_ASSETS, separated by colons, as `npm run control-plane` prints them; the
 * newest version first. Throws if a program is missing or not executable.
 */
export async function findPrograms(
  folders: string | undefined,
): Promise<readonly [ControlPlanePrograms, ...ControlPlanePrograms[]]> {
  if (!folders) throw new Error(`KUBEBUILDER_ASSETS is not set. ${REMEDY}`);
  const found = await Promise.all(folders.split(delimiter).map((folder) => programsIn(resolve(folder))));
  const [newest, ...older] = found.sort((a, b) => (isOlder(a.version, b.version) ? 1 : -1));
  if (!newest) throw new Error(`KUBEBUILDER_ASSETS names no folder. ${REMEDY}`);
  return [newest, ...older];
}

/** The programs for a version of a cluster: those of the same minor version, whatever the patch; undefined: not built. */
export function programsOf(
  programs: readonly ControlPlanePrograms[],
  version: string,
): ControlPlanePrograms | undefined {
  return programs.find((built) => minorNumber(built.version) === minorNumber(version));
}

async function programsIn(folder: string): Promise<ControlPlanePrograms> {
  const programs = {
    etcd: join(folder, 'etcd'),
    apiServer: join(folder, 'kube-apiserver'),
    controllerManager: join(folder, 'kube-controller-manager'),
    scheduler: join(folder, 'kube-scheduler'),
  };
  for (const program of Object.values(programs))
    await access(program, constants.X_OK).catch((cause: unknown) => {
      throw new Error(`${program} is missing or cannot be executed. ${REMEDY}`, { cause });
    });
  const { stdout } = await promisify(execFile)(programs.apiServer, ['--version']);
  const [, version] = /v(\d+\.\d+\.\d+)/.exec(stdout) ?? [];
  if (version === undefined) throw new Error(`${programs.apiServer} has no version: ${stdout.trim()}`);
  return { version, ...programs };
}

/** Whether a version is older than another one. */
export function isOlder(version: string, than: string): boolean {
  return minorNumber(version) < minorNumber(than);
}
