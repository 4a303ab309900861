-- Registered clusters that were there before they said how their link stands.
UPDATE "clusters"."cluster" SET "conditions" = jsonb_build_array(
  jsonb_build_object('type', 'AgentConnected', 'status', 'False', 'reason', 'WaitingForAgent',
    'message', 'The agent has not connected yet.',
    'lastTransitionAt', to_char("created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')),
  jsonb_build_object('type', 'ApiServerAvailable', 'status', 'Unknown', 'reason', 'NotConnected',
    'message', 'How the cluster itself stands is not known while its agent is not connected.',
    'lastTransitionAt', to_char("created_at" AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
WHERE "product" = 'REGISTERED' AND "conditions" = '[]'::jsonb;
