/** Root fields without an argument that identifies an object of an account, with the reason. */
export const WITHOUT_FOREIGN_IDS: Readonly<Record<string, string>> = {
  'Query.accessRequests': 'a list of what the account has, tried as a list',
  'Query.auditEvents':
    'needs the scope fleet:audit; tried in test/subgraphs/observability/audit-events.component.test.ts',
  'Query.clusterKinds': 'describes what can be created, to everyone the same',
  'Query.componentDefinitions': 'a catalog',
  'Query.highRiskOperations': 'a catalog',
  'Query.instanceTypes': 'a catalog',
  'Query.kubernetesVersions': 'a catalog',
  'Query.nodeImages': 'a catalog',
  'Query.openSourceProjects': 'a catalog',
  'Query.region': 'a catalog; the clusters in it are tried as a list',
  'Query.regions': 'a catalog; the clusters in them are tried as lists',
  'Query.roles': 'a list of what the account has, tried by Query.node',
  'Query.serviceAccounts': 'a list of what the account has, tried as a list',
  'Query.timeZone': 'a catalog',
  'Query.timeZones': 'a catalog',
  'Query.retainedResources': 'a list of what the account has, tried as a list',
  'Query.undecidedQuotaApplications':
    'for operators of the platform, of all accounts; needs the scope fleet:admin',
  'Query.viewer': 'describes the caller',
  'Query.vpcs': 'a list of what the account has, tried as a list',
  'Mutation.breakGlass': 'names nothing that exists',
  'Mutation.createRole': 'names verbs, which are the same for all accounts',
  'Mutation.createServiceAccount': 'names nothing that exists',
  'Mutation.createVpc': 'stands in a region of the catalog',
  'Mutation.decideQuotaApplication':
    'for operators of the platform, of all accounts; needs the scope fleet:admin',
  'Mutation.publishKubernetesVersion': 'names a version of Kubernetes; needs the scope fleet:admin',
  'Mutation.verifyAccount': 'identifies the holder of the account that asks',
};

/** Names of ID arguments that identify a row of a catalog. */
export const CATALOG_IDS: readonly string[] = [
  'imageId',
  'instanceType',
  'instanceTypes',
  'regionId',
  'timeZone',
  'zoneId',
  'zoneIds',
];

/** Paths of arguments that are not looked up, with the reason. */
export const NOT_LOOKED_UP: Readonly<Record<string, string>> = {
  'Mutation.remediateHighRiskOperation(input.highRiskOperationId)': 'a row of the catalog',
  'Mutation.performHighRiskOperation(input.highRiskOperationId)': 'a row of the catalog',
  'Mutation.requestAccess(input.scope.clusterId)':
    'its requester may not see the cluster; looked up when the request is approved',
  'Mutation.updateCluster(input.vpcId)': 'cannot be changed, whatever it says',
};
