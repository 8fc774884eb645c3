using System.ComponentModel;
using System.Globalization;
using CleanSync.Domain;

namespace CleanSync.Infrastructure.Configuration;

/// <summary>One line of the field mapping: the source alone as a text, or an object.</summary>
[TypeConverter(typeof(FromText))]
public sealed class FieldOptions
{
    /// <summary>The source: <c>email</c>, <c>firstName</c>, <c>lastName</c>, <c>phone</c>, <c>orgname</c>, a <c>%PERSTAG%</c>, or the id of a custom field.</summary>
    public string From { get; set; } = "";

    /// <summary>How the value is understood. Default <see cref="FieldKind.Text"/>.</summary>
    public FieldKind Kind { get; set; } = FieldKind.Text;

    /// <summary>Whether an empty value empties the target. Default false.</summary>
    public bool Clear { get; set; }

    /// <summary>Whether a target that begins with <c>_</c> is meant. Default false.</summary>
    public bool AllowProtected { get; set; }

    private sealed class FromText : TypeConverter
    {
        public override bool CanConvertFrom(ITypeDescriptorContext? context, Type sourceType) =>
            sourceType == typeof(string) || base.CanConvertFrom(context, sourceType);

        public override object? ConvertFrom(ITypeDescriptorContext? context, CultureInfo? culture, object value) =>
            value is string text ? new FieldOptions { From = text } : base.ConvertFrom(context, culture, value);
    }
}
