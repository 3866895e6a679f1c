import type { OAuthProfile } from '../profile.ts'
import { claudeCode } from './claude-code.ts'
import { generic } from './generic.ts'

/** Every built-in profile by its name. */
export const builtInProfiles: ReadonlyMap<string, OAuthProfile> = new Map(
  [claudeCode, generic].map((profile) => [profile.name, profile]),
)

/**
 * All profiles: the built-in ones with what the operator configured for them, and the operator's own. Who a built-in profile
 * serves is not the operator's to change.
 */
export function profilesWith(configured: readonly OAuthProfile[]): ReadonlyMap<string, OAuthProfile> {
  const profiles = new Map(builtInProfiles)
  for (const profile of configured) {
    const builtIn = builtInProfiles.get(profile.name)
    profiles.set(profile.name, { ...builtIn, ...profile, ...(builtIn?.clients && { clients: builtIn.clients }) })
  }
  return profiles
}

/** The name of the profile that an account uses when it names none. */
export function defaultProfileOf(provider: string): string {
  return [...builtInProfiles.values()].find(({ providers }) => providers?.includes(provider))?.name ?? generic.name
}
