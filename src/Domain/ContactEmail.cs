namespace CleanSync.Domain;

/// <summary>What WordPress takes for an email (its function <c>is_email</c>), and what it can store.</summary>
public static class ContactEmail
{
    /// <summary>The length of the column <c>user_email</c>. A longer one is answered with success, and nobody is created.</summary>
    public const int LongestStored = 100;

    private const string LocalMarks = "!#$%&'*+/=?^_`{|}~.-";

    /// <summary>Whether WordPress accepts the email. Surrounding blanks are not accepted.</summary>
    public static bool IsValid(string email)
    {
        ArgumentNullException.ThrowIfNull(email);
        var at = email.IndexOf('@', StringComparison.Ordinal);
        if (at < 1 || email.Length < 6 || email.IndexOf('@', at + 1) >= 0)
            return false;
        var (local, domain) = (email[..at], email[(at + 1)..]);
        var labels = domain.Split('.');
        return local.All(c => char.IsAsciiLetterOrDigit(c) || LocalMarks.Contains(c, StringComparison.Ordinal))
            && labels.Length >= 2
            && Array.TrueForAll(
                labels,
                label =>
                    label.Length > 0
                    && label.All(c => char.IsAsciiLetterOrDigit(c) || c == '-')
                    && label[0] != '-'
                    && label[^1] != '-'
            );
    }

    /// <summary>Whether two emails are the same account: without regard to case.</summary>
    public static bool Same(string one, string other) => string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
}
