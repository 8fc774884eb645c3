using System.Text;
using System.Text.Json.Serialization;

namespace CleanSync.Domain;

/// <summary>A password. Lives in memory only; its text never appears in <see cref="ToString"/>, so no log can carry it.</summary>
public sealed record GeneratedPassword
{
    /// <summary>How many random bytes <see cref="From"/> needs.</summary>
    public const int RandomBytes = 24 * 4;

    private const string Alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

    private GeneratedPassword(string text) => Text = text;

    /// <summary>The password itself. Serialising an object that holds it leaves it out.</summary>
    [JsonIgnore]
    public string Text { get; }

    /// <summary>Makes a password of 24 letters and digits (about 142 bits).</summary>
    /// <param name="random"><see cref="RandomBytes"/> bytes from a cryptographic source.</param>
    public static GeneratedPassword From(ReadOnlySpan<byte> random)
    {
        if (random.Length < RandomBytes)
            throw new ArgumentException($"A password needs {RandomBytes} random bytes.", nameof(random));
        Span<char> text = stackalloc char[24];
        for (var i = 0; i < text.Length; i++)
            text[i] = Alphabet[(int)(BitConverter.ToUInt32(random.Slice(i * 4, 4)) % (uint)Alphabet.Length)];
        return new GeneratedPassword(new string(text));
    }

    /// <summary>Takes a password that a contact field supplied, if WordPress would store it as it is.</summary>
    /// <returns>Null for an empty value, a backslash (refused over REST), outer blanks (trimmed by WordPress), control
    /// characters, half characters, or more than 4096 bytes.</returns>
    public static GeneratedPassword? Supplied(string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return
            value.Length > 0
            && Encoding.UTF8.GetByteCount(value) <= 4096
            && string.Equals(Markup.Readable(value), value, StringComparison.Ordinal)
            && !value.Contains('\\', StringComparison.Ordinal)
            && value.Trim().Length == value.Length
            && !value.Any(char.IsControl)
            ? new GeneratedPassword(value)
            : null;
    }

    /// <inheritdoc/>
    public override string ToString() => "(password)";
}
