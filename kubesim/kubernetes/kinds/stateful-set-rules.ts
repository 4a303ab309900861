import { sameJson } from '../../../kernel/same-json.js';
import { amountCauses, excessCauses, isZero } from './amount-rules.js';
import { forbiddenValue, formatCauses, invalidValue, negativeCauses, unsupported } from '../schema/causes.js';
import { dnsLabel } from './formats.js';
import type { PodVolume } from './core.js';
import type { Cause } from './resource.js';
import { claimSpecCauses } from './volume-rules.js';
import { workloadCauses } from './workload-rules.js';
import type { StatefulSet } from './workloads.js';

type Spec = StatefulSet['spec'];

const WORDS = { emptySelector: 'statefulset', deadline: 'StatefulSet', unusable: '' };

/** The update strategy of a StatefulSet; it replaces one pod after another by default. */
export function updateStrategyDefaults({ updateStrategy }: Partial<Spec> = {}): Spec['updateStrategy'] {
  const type = updateStrategy?.type || 'RollingUpdate';
  const rollingUpdate = updateStrategy?.rollingUpdate ?? (updateStrategy?.type ? undefined : {});
  if (type !== 'RollingUpdate' || !rollingUpdate) return { ...updateStrategy, type };
  return { type, rollingUpdate: { partition: 0, ...rollingUpdate } };
}

/** Validates a new StatefulSet, or one that replaces `old`. */
export function statefulSetCauses(set: StatefulSet, old?: StatefulSet): Cause[] {
  const { spec } = set;
  const { serviceName, volumeClaimTemplates = [], ordinals } = spec;
  const complete = { ...set, spec: { ...spec, template: withClaims(spec) } };
  return [
    ...strategyCauses(spec),
    ...(old
      ? changeOfSpec(spec, old.spec)
      : volumeClaimTemplates.flatMap((claim, index) =>
          claimSpecCauses(claim.spec, `spec.volumeClaimTemplates[${index}].spec`),
        )),
    ...negativeCauses('spec.ordinals.start', ordinals?.start),
    ...retentionCauses(spec),
    ...(serviceName && !old ? formatCauses('spec.serviceName', serviceName, dnsLabel) : []),
    ...workloadCauses(WORDS, complete),
  ];
}

/** The template as the controller completes it: with volumes of the claims, and without the names it sets itself. */
function withClaims({ template, volumeClaimTemplates = [] }: Spec): Spec['template'] {
  const claims = volumeClaimTemplates.map(({ metadata }): PodVolume => {
    const name = metadata.name ?? '';
    return { name, persistentVolumeClaim: { claimName: name } };
  });
  const own = (template.spec.volumes ?? []).filter(
    ({ name }) => !claims.some((claim) => claim.name === name),
  );
  const volumes = [...claims, ...own];
  return { ...template, spec: { ...template.spec, volumes, hostname: undefined, subdomain: undefined } };
}

const RETENTIONS = ['Retain', 'Delete'];

function retentionCauses({ persistentVolumeClaimRetentionPolicy: policy = {} }: Spec): Cause[] {
  return (['whenDeleted', 'whenScaled'] as const).flatMap((name) => {
    const { [name]: retention = 'Retain' } = policy;
    const field = `spec.persistentVolumeClaimRetentionPolicy.${name}`;
    return RETENTIONS.includes(retention) ? [] : [unsupported(field, retention, RETENTIONS)];
  });
}

function strategyCauses({ updateStrategy }: Spec): Cause[] {
  const field = 'spec.updateStrategy';
  const { type, rollingUpdate } = updateStrategy ?? {};
  if (type !== 'RollingUpdate' && type !== 'OnDelete')
    return [invalidValue(field, updateStrategy, "must be 'RollingUpdate' or 'OnDelete'")];
  if (!rollingUpdate) return [];
  if (type === 'OnDelete') {
    const why = "only allowed for updateStrategy 'RollingUpdate'";
    return [invalidValue(`${field}.rollingUpdate`, rollingUpdate, why)];
  }
  const { partition, maxUnavailable } = rollingUpdate;
  const at = `${field}.rollingUpdate.maxUnavailable`;
  return [
    ...negativeCauses(`${field}.rollingUpdate.partition`, partition),
    ...amountCauses(at, maxUnavailable),
    ...(maxUnavailable !== undefined && isZero(maxUnavailable)
      ? [invalidValue(at, maxUnavailable, 'cannot be 0')]
      : []),
    ...excessCauses(at, maxUnavailable),
  ];
}

const MUTABLE = [
  ...['replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit'],
  ...['persistentVolumeClaimRetentionPolicy', 'minReadySeconds'],
] as const;

function changeOfSpec(spec: Spec, old: Spec): Cause[] {
  const fixed = (each: Spec) =>
    Object.fromEntries(Object.entries(each).filter(([name]) => !MUTABLE.some((field) => field === name)));
  if (sameJson(fixed(spec), fixed(old))) return [];
  const why =
    "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', " +
    "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden";
  return [forbiddenValue('spec', why)];
}
