import { access } from './cases/access.js';
import { admission } from './cases/admission.js';
import { admissionWebhooks } from './cases/admission-webhooks/admission-webhooks.js';
import { aggregatedApis } from './cases/aggregated-apis.js';
import { apiServices } from './cases/api-services.js';
import { authorizer } from './cases/authorizer.js';
import { autoscaling } from './cases/autoscaling.js';
import { containers } from './cases/containers.js';
import { contentNegotiation } from './cases/content-negotiation.js';
import { certificates } from './cases/certificates.js';
import { controllers } from './cases/controllers.js';
import { customObjects } from './cases/custom-objects.js';
import { conversionWebhooks } from './cases/conversion-webhooks/conversion-webhooks.js';
import { customResources } from './cases/custom-resources.js';
import { daemonSets } from './cases/daemon-sets.js';
import { deletion } from './cases/deletion.js';
import { deployments } from './cases/deployments.js';
import { discovery } from './cases/discovery.js';
import { eventsAndLeases } from './cases/events-and-leases.js';
import { fieldValidation } from './cases/field-validation.js';
import { jobs } from './cases/jobs.js';
import { flowControl } from './cases/flow-control.js';
import { kinds } from './cases/kinds.js';
import { lists } from './cases/lists.js';
import { namespaces } from './cases/namespaces.js';
import { nodeController, nodeLifecycle } from './cases/node-lifecycle.js';
import { objects } from './cases/objects.js';
import { controllerEvents, podEvents } from './cases/reported-events.js';
import { patches } from './cases/patches.js';
import { quotas } from './cases/quotas.js';
import { scheduling } from './cases/scheduling.js';
import { serverSideApply } from './cases/server-side-apply/server-side-apply.js';
import { logs } from './cases/logs.js';
import { proxies } from './cases/proxies.js';
import { streams } from './cases/streams.js';
import { subresources } from './cases/subresources.js';
import { validationRules } from './cases/validation-rules.js';
import { watches } from './cases/watches.js';
import type { Area } from './contract-case.js';

/** The contract: what clients of the Kubernetes API rely on, as far as it needs no nodes. */
export const areas: readonly Area[] = [
  discovery,
  contentNegotiation,
  lists,
  watches,
  objects,
  fieldValidation,
  patches,
  serverSideApply,
  kinds,
  subresources,
  deletion,
  access,
  certificates,
  flowControl,
  quotas,
  admission,
  admissionWebhooks,
  authorizer,
  customResources,
  customObjects,
  conversionWebhooks,
  apiServices,
  validationRules,
  namespaces,
  controllers,
  deployments,
  jobs,
  autoscaling,
  eventsAndLeases,
  controllerEvents,
  scheduling,
  daemonSets,
  nodeController,
];

/** The contract of clusters with nodes, whose kubelets are those of kubesim for both implementations. */
export const nodeAreas: readonly Area[] = [
  containers,
  streams,
  proxies,
  logs,
  aggregatedApis,
  nodeLifecycle,
  podEvents,
];
