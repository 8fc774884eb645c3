namespace CleanSync.Domain;

/// <summary>Where the return of a generated password to the contact stands (SPEC 3).</summary>
public enum PasswordReturn
{
    /// <summary>None is to be returned.</summary>
    NotDue = 0,

    /// <summary>The user is created; the field is not written yet, or not known to be.</summary>
    Due = 1,

    /// <summary>Field and user hold the same password.</summary>
    Returned = 2,

    /// <summary>It failed for good.</summary>
    Failed = 3,

    /// <summary>It was returned, and the field was emptied again after the user's first login.</summary>
    Cleared = 4,
}
