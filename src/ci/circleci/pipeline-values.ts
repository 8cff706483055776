/** Value of a pipeline when nobody says otherwise; null for one that may be there and has no value. */
type Default = string | number | boolean | null;

const ID = '00000000-0000-0000-0000-000000000001';
const REVISION = '0000000000000000000000000000000000000000';

/**
 * What `pipeline.*` can be, with the values of a push on a laptop.
 * @see https://circleci.com/docs/reference/pipeline-values/
 */
export const pipelineValues: ReadonlyMap<string, Default> = new Map<string, Default>([
  ['pipeline.id', ID],
  ['pipeline.number', 1],
  ['pipeline.name', null],
  ['pipeline.config_source', null],
  ['pipeline.integration_source', 'github'],
  ['pipeline.in_setup', false],
  ['pipeline.definition.id', ID],
  ['pipeline.event.name', 'push'],
  ['pipeline.event.action', 'push'],
  ['pipeline.git.base_revision', REVISION],
  ['pipeline.git.branch', 'main'],
  ['pipeline.git.branch.is_default', true],
  ['pipeline.git.commit.author_avatar_url', null],
  ['pipeline.git.commit.author_date', null],
  ['pipeline.git.commit.author_email', null],
  ['pipeline.git.commit.author_login', null],
  ['pipeline.git.commit.author_name', null],
  ['pipeline.git.commit.body', null],
  ['pipeline.git.commit.committer_date', null],
  ['pipeline.git.commit.committer_email', null],
  ['pipeline.git.commit.committer_login', null],
  ['pipeline.git.commit.committer_name', null],
  ['pipeline.git.commit.subject', null],
  ['pipeline.git.commit.url', null],
  ['pipeline.git.origin_repo_id', null],
  ['pipeline.git.origin_repo_url', null],
  ['pipeline.git.repo_id', null],
  ['pipeline.git.repo_name', null],
  ['pipeline.git.repo_owner', null],
  ['pipeline.git.repo_url', null],
  ['pipeline.git.revision', REVISION],
  ['pipeline.git.ssh_checkout_url', null],
  ['pipeline.git.tag', null],
  ['pipeline.git.target_repo_url', null],
  ['pipeline.project.git_url', null],
  ['pipeline.project.slug', null],
  ['pipeline.project.type', 'github'],
  ['pipeline.project.url', null],
  ['pipeline.schedule.id', null],
  ['pipeline.schedule.name', null],
  ['pipeline.trigger.id', ID],
  ['pipeline.trigger.name', null],
  ['pipeline.trigger.received_at', null],
  ['pipeline.trigger.type', 'github'],
  ['pipeline.trigger_source', 'webhook'],
]);

/** Families whose members come with the event: what is not in it has no value. */
const OPEN_FAMILIES =
  /^pipeline\.(?:trigger_parameters|event|deploy|config|definition|trigger)\.[\w.-]+$/u;

/** Whether a pipeline can have a value of that name. */
export function isPipelineValue(name: string): boolean {
  return pipelineValues.has(name) || OPEN_FAMILIES.test(name);
}
