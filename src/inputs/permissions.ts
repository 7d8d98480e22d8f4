/**
 * What an installation's token may be asked for, as GitHub's REST API describes it ("App
 * Permissions"). GitHub adds some every year: a name that is not here is still asked for.
 */
export const knownPermissions: readonly string[] = `
  actions administration artifact_metadata attestations checks code_quality codespaces contents
  custom_properties_for_organizations dependabot_secrets deployments discussions email_addresses
  environments followers git_ssh_keys gpg_keys interaction_limits issues members merge_queues
  metadata organization_administration organization_announcement_banners
  organization_copilot_agent_settings organization_copilot_seat_management
  organization_custom_org_roles organization_custom_properties organization_custom_roles
  organization_events organization_hooks organization_packages
  organization_personal_access_token_requests organization_personal_access_tokens
  organization_plan organization_projects organization_secrets organization_self_hosted_runners
  organization_user_blocking packages pages profile pull_requests repository_custom_properties
  repository_hooks repository_projects secret_scanning_alerts secrets security_events
  single_file starring statuses vulnerability_alerts workflows
`
  .trim()
  .split(/\s+/)
