/*
 * Stands between the keychain module and Wine's Credential Manager. Windows filters entries with a wildcard at the beginning
 * of a name, too, which Wine does not. OD_LINK_TEST_CREDENTIAL_ERROR is the number of the error that each call ends with:
 * Wine's own never refuses anything.
 * https://learn.microsoft.com/windows/win32/api/wincred/nf-wincred-credenumeratew
 */
#include <windows.h>
#include <wincred.h>
#include <shlwapi.h>
#include <stdlib.h>

static BOOL isRefused(void) {
  char number[16];
  DWORD length = GetEnvironmentVariableA("OD_LINK_TEST_CREDENTIAL_ERROR", number, sizeof number);
  if (length == 0 || length >= sizeof number) return FALSE;
  SetLastError(strtoul(number, NULL, 10));
  return TRUE;
}

BOOL WINAPI readEntry(LPCWSTR name, DWORD type, DWORD flags, PCREDENTIALW *entry) {
  return !isRefused() && CredReadW(name, type, flags, entry);
}

BOOL WINAPI writeEntry(PCREDENTIALW entry, DWORD flags) {
  return !isRefused() && CredWriteW(entry, flags);
}

BOOL WINAPI deleteEntry(LPCWSTR name, DWORD type, DWORD flags) {
  return !isRefused() && CredDeleteW(name, type, flags);
}

/* All entries in one block, as the caller frees them; those that match are moved to its beginning. */
BOOL WINAPI listEntries(LPCWSTR filter, DWORD flags, DWORD *count, PCREDENTIALW **entries) {
  DWORD all, matching = 0;
  if (isRefused() || !CredEnumerateW(NULL, flags, &all, entries)) return FALSE;
  for (DWORD index = 0; index < all; index++) {
    PCREDENTIALW entry = (*entries)[index];
    if (filter == NULL || PathMatchSpecW(entry->TargetName, filter)) (*entries)[matching++] = entry;
  }
  *count = matching;
  if (matching > 0) return TRUE;
  CredFree(*entries);
  SetLastError(ERROR_NOT_FOUND);
  return FALSE;
}
