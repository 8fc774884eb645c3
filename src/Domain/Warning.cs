namespace CleanSync.Domain;

/// <summary>Something that was left out or done otherwise, while the rest went through. Carries no personal data.</summary>
/// <param name="Code">A stable code in snake case, for instance <c>role_refused</c>.</param>
/// <param name="Subject">What it is about: a target, a role, a setting. Never a contact's value.</param>
public sealed record Warning(string Code, string Subject = "")
{
    /// <inheritdoc/>
    public override string ToString() => Subject.Length == 0 ? Code : $"{Code}({Subject})";
}
