import { type GraphError, refusals } from '../state/graph-error.ts'

/** What Graph has besides drives, by the first segment of its address. Source: msgraph-metadata, schemas/v1.0. */
const services = `admin agreements appCatalogs applications auditLogs chats communications contacts contracts copilot
dataPolicyOperations deviceAppManagement deviceManagement devices directory directoryObjects directoryRoles domains
education employeeExperience external functions groupLifecyclePolicies groups groupSettings identity identityGovernance
informationProtection invitations oauth2PermissionGrants organization permissionGrants places planner policies print
privacy reports roleManagement schemaExtensions search security servicePrincipals shares sites solutions storage
subscribedSkus subscriptions teams teamsTemplates teamwork tenantRelationships users`
/** And what it has of a person. */
const ofPersons = `activities agreementAcceptances appRoleAssignments authentication calendar calendarGroups calendars
calendarView changePassword chats contactFolders contacts createdObjects deviceManagementTroubleshootingEvents
directReports events extensions findMeetingTimes followedSites getMailTips getMemberGroups getMemberObjects
inferenceClassification insights joinedTeams licenseDetails mailboxSettings mailFolders managedAppRegistrations
managedDevices manager memberOf messages oauth2PermissionGrants onenote onlineMeetings outlook ownedDevices ownedObjects
onPremisesSamAccountName people photo photos planner presence print registeredDevices revokeSignInSessions scopedRoleMemberOf sendMail settings
solutions teamwork todo transitiveMemberOf accountEnabled businessPhones city companyName country department displayName
givenName id jobTitle mail mobilePhone officeLocation preferredLanguage surname userPrincipalName usageLocation`

const known = { services: new Set(services.split(/\s+/)), ofPersons: new Set(ofPersons.split(/\s+/)) }

/** The refusal of an address that leads to no drive: Graph has it, or nobody has. */
export function leadsElsewhere(path: string): GraphError {
  const [first = '', second = '', third = ''] = path.split('/').slice(1).map(bare)
  const ofPerson = first === 'me' ? second : first === 'users' ? third : ''
  if (path === '/' || first === '$metadata') return refusals.notInSandbox(first || 'service document')
  if (first === 'sites') return refusals.notInSandbox(`'${bare(path.split('/').at(-1) ?? '')}' of a site`)
  if (known.ofPersons.has(ofPerson)) return refusals.notInSandbox(ofPerson)
  if (ofPerson === '' && first !== 'me' && known.services.has(first)) return refusals.notInSandbox(first)
  return refusals.segmentUnknown(ofPerson || first)
}

/** A segment without the arguments of a function and its namespace. */
function bare(segment: string): string {
  return segment.replace(/\(.*$/s, '').replace(/^microsoft\.graph\./, '')
}
