using System.Collections.Frozen;
using CleanSync.Domain;
using Microsoft.AspNetCore.Identity;

namespace CleanSync.Identity;

/// <summary>
/// Knows which claims say who somebody is or what he may do. Types are compared without regard to case, as <c>ClaimsPrincipal</c> compares
/// them, and so is the last part of a type that is an address: <c>https://app.example/claims/Role</c> stands for <c>role</c>.
/// </summary>
/// <param name="types">The claim types of the application's Identity.</param>
/// <param name="permission">The claim type of permissions.</param>
/// <param name="own">The application's own claim types that carry power.</param>
internal sealed class PowerClaims(ClaimsIdentityOptions types, string permission, ISet<string> own)
{
    private static readonly FrozenSet<string> Roles = Set("role roles");

    // The registered claims of JWT and OpenID Connect, their forms in ClaimTypes and Entra, and what grants access.
    private static readonly FrozenSet<string> Identity = Set(
        "group groups groupsid primarygroupsid denyonlyprimarygroupsid wids hasgroups entitlements authorities"
            + " iss sub aud exp nbf iat jti nonce auth_time acr amr azp at_hash c_hash s_hash sid idp act may_act cnf events sub_id"
            + " scope scp scopes client_id permission permissions privilege privileges policy claims tid oid upn unique_name preferred_username"
            + " name nameid nameidentifier email emailaddress email_verified phone_number phone_number_verified"
            + " actor actort primarysid denyonlyprimarysid denyonlysid windowsaccountname windowsdeviceclaim windowsdevicegroup"
            + " windowssubauthority windowsfqbnversion authentication authenticationinstant authenticationmethod"
            + " authorizationdecision authnmethodsreferences objectidentifier tenantid identityprovider expiration expired"
            + " ispersistent hash userdata serialnumber spn system thumbprint x500distinguishedname rsa dns securitystamp"
            + " tfa tfa_rememberme session_id cookiepath dsa"
    );

    private static readonly string[] Prefixes =
    [
        "http://schemas.xmlsoap.org/ws/",
        "http://schemas.microsoft.com/",
        "AspNet.",
        "AspNetCore.",
        "Microsoft.AspNetCore.",
    ];

    /// <summary>Whether the values of this type are permissions.</summary>
    public bool IsPermission(string type) => Same(type, permission);

    /// <summary>Whether the values of this type are names of roles, whatever stands in the table of roles.</summary>
    public bool NamesRoles(string type) => Same(type, types.RoleClaimType) || Roles.Contains(LastPart(type));

    /// <summary>Whether the application says that the type carries power.</summary>
    public bool IsProtected(string type) => own.Contains(type.Trim());

    /// <summary>Whether a claim of this type is never written for a contact.</summary>
    public bool IsForbidden(string type) =>
        IsPermission(type)
        || NamesRoles(type)
        || IsProtected(type)
        || Same(type, types.UserIdClaimType)
        || Same(type, types.UserNameClaimType)
        || Same(type, types.EmailClaimType)
        || Same(type, types.SecurityStampClaimType)
        || Same(type, UserNumber.ClaimType)
        || Same(type, UserTarget.CreationToken)
        || Array.Exists(Prefixes, prefix => type.Trim().StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
        || Identity.Contains(LastPart(type));

    private static string LastPart(string type) => type.Trim()[(type.Trim().LastIndexOfAny(['/', '#', ':']) + 1)..];

    private static bool Same(string one, string other) =>
        string.Equals(one.Trim(), other.Trim(), StringComparison.OrdinalIgnoreCase);

    private static FrozenSet<string> Set(string names) =>
        names.Split(' ').ToFrozenSet(StringComparer.OrdinalIgnoreCase);
}
