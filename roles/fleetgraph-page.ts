import type { GraphiqlOptions } from '../gateway/server.js';

const FLEET = `# The account's clusters and
# the regions to create more in.
query Fleet {
  clusters(first: 10) {
    totalCount
    nodes {
      name
      state
      region {
        city
      }
      nodePools {
        nodes {
          name
          desiredSize
          healthyNodes
        }
      }
    }
  }
  regions {
    id
    city
    timeZone {
      localTime
    }
    availability(product: ACK_PRO)
  }
}
`;

const CREATE = `# Answers at once. The next tab
# shows the cluster come up.
mutation CreateCluster {
  createCluster(
    input: {
      name: "shop"
      regionId: "cn-hangzhou"
      type: MANAGED_KUBERNETES
      spec: PRO
      nodePools: [
        {
          name: "default"
          instanceTypes: ["ecs.g7.xlarge"]
          desiredSize: 3
        }
      ]
      # Sent again with the same token,
      # it creates no second cluster.
      clientToken: "create-shop"
    }
  ) {
    cluster {
      id
      state
    }
    operation {
      id
      state
    }
    userErrors {
      code
      message
      path
    }
  }
}
`;

const WATCH = `# Each cluster as it is now,
# then each change of it.
subscription WatchClusters {
  watchClusters {
    type
    cluster {
      name
      state
      region {
        city
      }
      nodePools {
        nodes {
          name
          healthyNodes
        }
      }
    }
  }
}
`;

/** GraphiQL of the platform's graph, with a query, a mutation and a subscription as examples. */
export const fleetgraphPage: GraphiqlOptions = {
  title: 'Fleetgraph',
  tabs: [{ query: FLEET }, { query: CREATE }, { query: WATCH }],
};
