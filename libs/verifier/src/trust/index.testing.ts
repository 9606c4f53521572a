export { faultsOf, runCampaign, type Campaign, type MutationTally } from './campaign.testing.js';
